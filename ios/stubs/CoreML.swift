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
  open var allowLowPrecisionAccumulationOnGPU = false
}

public enum MLFeatureType: Int, Sendable {
  case invalid = 0, int64 = 1, double = 2, string = 3, image = 4, multiArray = 5, dictionary = 6, sequence = 7
}

open class MLMultiArray: NSObject {
  open var count: Int { fatalError() }
  open var shape: [NSNumber] { fatalError() }
  open subscript(index: Int) -> NSNumber {
    get { fatalError() }
    set {}
  }
}

open class MLFeatureValue: NSObject {
  public convenience init(pixelBuffer: CVPixelBuffer) { fatalError() }
  public convenience init(string: String) { fatalError() }
  public convenience init(double: Double) { fatalError() }
  public convenience init(multiArray: MLMultiArray) { fatalError() }
  open var type: MLFeatureType { fatalError() }
  open var isUndefined: Bool { fatalError() }
  open var stringValue: String { fatalError() }
  open var doubleValue: Double { fatalError() }
  open var int64Value: Int64 { fatalError() }
  open var multiArrayValue: MLMultiArray? { fatalError() }
  open var dictionaryValue: [AnyHashable: NSNumber] { fatalError() }
  open var imageBufferValue: CVPixelBuffer? { fatalError() }
}

public protocol MLFeatureProvider {
  var featureNames: Set<String> { get }
  func featureValue(for featureName: String) -> MLFeatureValue?
}

open class MLDictionaryFeatureProvider: NSObject, MLFeatureProvider {
  public init(dictionary: [String: Any]) throws {}
  open var dictionary: [String: MLFeatureValue] { fatalError() }
  open var featureNames: Set<String> { fatalError() }
  open func featureValue(for featureName: String) -> MLFeatureValue? { fatalError() }
}

open class MLPredictionOptions: NSObject {}

open class MLImageConstraint: NSObject {
  open var pixelsHigh: Int { fatalError() }
  open var pixelsWide: Int { fatalError() }
}

open class MLFeatureDescription: NSObject {
  open var name: String { fatalError() }
  open var type: MLFeatureType { fatalError() }
  open var imageConstraint: MLImageConstraint? { fatalError() }
}

open class MLModelDescription: NSObject {
  open var inputDescriptionsByName: [String: MLFeatureDescription] { fatalError() }
  open var outputDescriptionsByName: [String: MLFeatureDescription] { fatalError() }
  open var classLabels: [Any]? { fatalError() }
  open var predictedFeatureName: String? { fatalError() }
  open var predictedProbabilitiesName: String? { fatalError() }
}

open class MLModel: NSObject, @unchecked Sendable {
  public convenience init(contentsOf url: URL) throws { fatalError() }
  public convenience init(contentsOf url: URL, configuration: MLModelConfiguration) throws { fatalError() }
  open class func load(contentsOf url: URL, configuration: MLModelConfiguration = MLModelConfiguration()) async throws
    -> MLModel
  { fatalError() }
  open class func compileModel(at modelURL: URL) async throws -> URL { fatalError() }
  open var modelDescription: MLModelDescription { fatalError() }
  open var configuration: MLModelConfiguration { fatalError() }
  open func prediction(from input: MLFeatureProvider) throws -> MLFeatureProvider { fatalError() }
  open func prediction(from input: MLFeatureProvider, options: MLPredictionOptions) throws -> MLFeatureProvider {
    fatalError()
  }
}
