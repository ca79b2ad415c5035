import Foundation
import SwiftUI
import UIKit

#if canImport(ModelPressCore)
  import ModelPressCore
#endif

/// Runs the measurements, one variant after the other.
@MainActor
final class Benchmark: ObservableObject {
  @Published private(set) var running = false
  @Published private(set) var progress = 0.0
  @Published private(set) var records: [Metrics.Record] = []
  @Published private(set) var file: URL?
  @Published private(set) var problem: String?

  private static let warmUp = 10
  private static let runs = 100

  func run(_ variants: [Variant], units: ComputeUnits) async {
    guard !running else { return }
    running = true
    defer { running = false }
    records = []
    file = nil
    problem = nil
    do {
      // A report does not know packages with camera input, and refuses measurements of them.
      var reported: [Metrics.Record] = []
      for (index, variant) in variants.enumerated() {
        progress = Double(index) / Double(variants.count)
        let record = try await measure(variant, units: units)
        records.append(record)
        if variant.manifest.cameraInput == nil { reported.append(record) }
      }
      let data = try Metrics(machine: machine, records: reported).json()
      let url = FileManager.default.temporaryDirectory.appendingPathComponent("metrics.json")
      try data.write(to: url)
      file = url
    } catch {
      problem = "\(error)"
    }
  }

  private func measure(_ variant: Variant, units: ComputeUnits) async throws -> Metrics.Record {
    let base = Memory.footprint
    let classifier = try await Classifier(variant: variant, units: units)
    let times = try await classifier.latencies(warmUp: Self.warmUp, runs: Self.runs)
    return Metrics.Record(
      manifest: variant.manifest, zippedBytes: variant.manifest.model.bytes, os: system,
      computeUnits: units, loadMs: classifier.loadMilliseconds, firstMs: times.first,
      latencies: Latencies(milliseconds: times.steady), warmupRuns: Self.warmUp,
      baseMemoryBytes: base, peakMemoryBytes: max(base, Memory.footprint))
  }

  private var system: String { "\(UIDevice.current.systemName) \(UIDevice.current.systemVersion)" }

  private var machine: Metrics.Machine {
    let process = ProcessInfo.processInfo
    return Metrics.Machine(
      model: Memory.machineName, cores: process.activeProcessorCount,
      memoryBytes: Int(process.physicalMemory), os: system)
  }
}
