import Foundation

/// metrics.json (schema 1): what was measured on one machine, in the form that model_press reads from every device.
public struct Metrics: Codable, Equatable, Sendable {
  public struct Machine: Codable, Equatable, Sendable {
    public let kind: String
    public let cpuModel: String
    public let cpuClass: String
    public let isa: [String]
    public let cores: Int
    public let memoryBytes: Int
    public let os: String

    /// - Parameters:
    ///   - model: such as iPhone15,2.
    ///   - os: name and version.
    public init(model: String, cores: Int, memoryBytes: Int, os: String) {
      kind = "ios"
      cpuModel = model
      cpuClass = "apple"
      isa = ["arm64"]
      self.cores = cores
      self.memoryBytes = memoryBytes
      self.os = os
    }
  }

  public struct Runtime: Codable, Equatable, Sendable {
    public let name: String
    public let version: String
  }

  public struct Latency: Codable, Equatable, Sendable {
    public let medianMs: Double
    public let p90Ms: Double
    public let iqrMs: Double
    public let runs: Int
    public let warmupRuns: Int
  }

  public struct Record: Codable, Equatable, Sendable {
    public let variant: String
    public let recipe: String
    public let sha256: String
    public let bytes: Int
    public let zippedBytes: Int
    public let runtime: Runtime
    public let delegate: String
    public let threads: Int
    public let loadMs: Double
    public let firstMs: Double
    public let latency: Latency
    public let baseMemoryBytes: Int
    public let peakMemoryBytes: Int
    public let partitions: Int
    public let undelegated: [String]

    /// What a phone can say of a Core ML variant. Core ML reports no threads, partitions or operators: 0 and none.
    public init(
      manifest: Manifest, zippedBytes: Int, os: String, computeUnits: ComputeUnits, loadMs: Double,
      firstMs: Double, latencies: Latencies, warmupRuns: Int, baseMemoryBytes: Int,
      peakMemoryBytes: Int
    ) {
      variant = manifest.name
      recipe = manifest.recipeName
      sha256 = manifest.model.sha256
      bytes = manifest.model.bytes
      self.zippedBytes = zippedBytes
      runtime = Runtime(name: "Core ML", version: os)
      delegate = computeUnits.rawValue
      threads = 0
      self.loadMs = loadMs
      self.firstMs = firstMs
      latency = Latency(
        medianMs: latencies.median, p90Ms: latencies.p90, iqrMs: latencies.interquartileRange,
        runs: latencies.count, warmupRuns: warmupRuns)
      self.baseMemoryBytes = baseMemoryBytes
      self.peakMemoryBytes = peakMemoryBytes
      partitions = 0
      undelegated = []
    }
  }

  public let schemaVersion: Int
  public let machine: Machine
  public let records: [Record]

  public init(machine: Machine, records: [Record]) {
    schemaVersion = 1
    self.machine = machine
    self.records = records
  }

  /// The file's bytes: sorted keys, so that the same measurements give the same file.
  public func json() throws -> Data {
    let encoder = JSONEncoder()
    encoder.keyEncodingStrategy = .convertToSnakeCase
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys]
    return try encoder.encode(self)
  }
}
