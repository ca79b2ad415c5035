import CoreVideo
import Foundation

public enum MLComputeUnits: Int, Sendable {
  case cpuOnly = 0
  case cpuAndGPU = 1
  case all = 2
  case cpuAndNeuralEngine = 3
}

open class MLModelConfiguration: NSObject, @unchecked Sendable {
  public override init() {}
  open var computeUnits: MLComputeUnits = .all
}

public enum MLFeatureType: Int, Sendable {
  case invalid = 0, int64 = 1, double = 2, string = 3, image = 4, multiArray = 5, dictionary = 6, sequence = 7
}

open class MLMultiArray: NSObject {
  open var count: Int { fatalError() }
  open subscript(index: Int) -> NSNumber {
    get { fatalError() }
    set {}
  }
}

open class MLFeatureValue: NSObject {
  public convenience init(pixelBuffer: CVPixelBuffer) { fatalError() }
  open var stringValue: String { fatalError() }
  open var multiArrayValue: MLMultiArray? { fatalError() }
  open var dictionaryValue: [AnyHashable: NSNumber] { fatalError() }
}

public protocol MLFeatureProvider {
  func featureValue(for featureName: String) -> MLFeatureValue?
}

open class MLDictionaryFeatureProvider: NSObject, MLFeatureProvider {
  public init(dictionary: [String: Any]) throws {}
  open func featureValue(for featureName: String) -> MLFeatureValue? { fatalError() }
}

open class MLImageConstraint: NSObject {
  open var pixelsHigh: Int { fatalError() }
  open var pixelsWide: Int { fatalError() }
}

open class MLFeatureDescription: NSObject {
  open var type: MLFeatureType { fatalError() }
  open var imageConstraint: MLImageConstraint? { fatalError() }
}

open class MLModelDescription: NSObject {
  open var inputDescriptionsByName: [String: MLFeatureDescription] { fatalError() }
  open var outputDescriptionsByName: [String: MLFeatureDescription] { fatalError() }
}

open class MLModel: NSObject, @unchecked Sendable {
  public convenience init(contentsOf url: URL, configuration: MLModelConfiguration) throws { fatalError() }
  open class func load(contentsOf url: URL, configuration: MLModelConfiguration = MLModelConfiguration()) async throws
    -> MLModel
  { fatalError() }
  open class func compileModel(at modelURL: URL) async throws -> URL { fatalError() }
  open var modelDescription: MLModelDescription { fatalError() }
  open func prediction(from input: MLFeatureProvider) throws -> MLFeatureProvider { fatalError() }
}
