/// Which part of a picture becomes which part of a model's input.
public struct Placement: Equatable, Sendable {
  /// Of the picture; it is resized to `target`.
  public let part: PixelBox
  /// Of the input.
  public let target: PixelBox

  public init(part: PixelBox, target: PixelBox) {
    self.part = part
    self.target = target
  }
}

extension Manifest {
  /// Where a picture of a size goes.
  ///
  /// A fused package cuts its input itself: a picture that was cut to the input's shape before would be cut twice, which
  /// leaves 9/16 of the square of a 4:3 photograph for an input of 480x640. So what the network is to see is put where
  /// the package looks, and nothing sees the rest of the input. A picture of the input's size goes in as it is.
  public func placement(width: Int, height: Int) -> Placement {
    guard let entry, let network, !input.takes(width: width, height: height) else {
      let part = preprocess.resize.fit.box(
        width: width, height: height, toWidth: input.width, toHeight: input.height)
      return Placement(
        part: part, target: PixelBox(left: 0, top: 0, width: input.width, height: input.height))
    }
    func seen(_ width: Int, _ height: Int) -> PixelBox {
      entry.fit.box(width: width, height: height, toWidth: network[1], toHeight: network[0])
    }
    return Placement(part: seen(width, height), target: seen(input.width, input.height))
  }
}
