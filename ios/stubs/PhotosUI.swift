@_exported import SwiftUI

public struct PHPickerFilter: Equatable, Sendable {
  public static let images = PHPickerFilter()
}

public protocol Transferable {}
extension Data: Transferable {}

public struct PhotosPickerItem: Equatable, Hashable, Sendable {
  public func loadTransferable<T: Transferable>(type: T.Type) async throws -> T? { fatalError() }
}

public struct PhotosPicker<Label: View>: PrimitiveView {
  public init(
    selection: Binding<PhotosPickerItem?>, matching filter: PHPickerFilter? = nil,
    @ViewBuilder label: () -> Label
  ) {}
}
