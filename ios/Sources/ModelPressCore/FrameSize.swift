/// Sizes in which an iPhone's back camera films, upright.
public enum FrameSize: CaseIterable, Sendable {
  case vga
  case hd720
  case hd1080

  public var width: Int { sides.width }
  public var height: Int { sides.height }

  private var sides: (width: Int, height: Int) {
    switch self {
    case .vga: return (480, 640)
    case .hd720: return (720, 1280)
    case .hd1080: return (1080, 1920)
    }
  }

  /// The size that a model takes as it is; nil if none is, so that the app resizes any.
  public init?(of input: Manifest.Input) {
    guard
      let size = Self.allCases.first(where: { input.takes(width: $0.width, height: $0.height) })
    else { return nil }
    self = size
  }
}
