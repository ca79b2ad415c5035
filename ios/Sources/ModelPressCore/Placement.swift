/// Which part of a picture becomes which part of a model's input.
public struct Placement: Equatable, Sendable {
  /// Of the picture; it is resized to `target`.
  public let part: PixelBox
  /// Of the input.
  public let target: PixelBox
}

extension Manifest {
  /// Where a picture of a size goes.
  ///
  /// A package with camera input crops its frame itself. Cropping to the frame's shape first would crop twice: a 3:4
  /// portrait would lose 44 % of the intended square. So the part that the model is to see goes where the package looks,
  /// and the rest of the frame stays black. A picture of the frame's size goes in unchanged.
  public func placement(width: Int, height: Int) -> Placement {
    guard let camera = cameraInput, !input.takes(width: width, height: height) else {
      let part = preprocess.resize.fit.box(
        width: width, height: height, toWidth: input.width, toHeight: input.height)
      return Placement(
        part: part, target: PixelBox(left: 0, top: 0, width: input.width, height: input.height))
    }
    func seen(_ width: Int, _ height: Int) -> PixelBox {
      let size = camera.modelInputSize
      return camera.fit.box(width: width, height: height, toWidth: size[1], toHeight: size[0])
    }
    return Placement(part: seen(width, height), target: seen(input.width, input.height))
  }
}
