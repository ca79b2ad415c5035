@_exported import SwiftUI

public struct PHPickerFilter: Equatable, Sendable {
  public static let images = PHPickerFilter()
  public static let videos = PHPickerFilter()
}

public protocol Transferable {}
extension Data: Transferable {}

public struct PhotosPickerItem: Equatable, Hashable, Sendable {
  public var itemIdentifier: String? { fatalError() }
  public func loadTransferable<T: Transferable>(type: T.Type) async throws -> T? { fatalError() }
}

public struct PhotosPicker<Label: View>: View {
  public init(
    selection: Binding<PhotosPickerItem?>, matching filter: PHPickerFilter? = nil,
    @ViewBuilder label: () -> Label
  ) {}
  public var body: Never { fatalError() }
}
