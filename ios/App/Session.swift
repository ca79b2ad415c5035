import Foundation
import SwiftUI

#if canImport(ModelPressCore)
  import ModelPressCore
#endif

/// What both screens share: the variants, the chosen one, and what it said last.
@MainActor
final class Session: ObservableObject {
  @Published private(set) var variants: [Variant] = []
  @Published private(set) var chosen: Variant?
  @Published private(set) var units = ComputeUnits.all
  @Published private(set) var results: [LabelScore] = []
  @Published private(set) var milliseconds: Double?
  @Published private(set) var problem: String?
  @Published private(set) var loading = false

  private var classifier: Classifier?
  private var busy = false

  init() {
    do {
      variants = try Variant.inBundle()
      chosen = variants.first
    } catch {
      problem = "\(error)"
    }
  }

  /// Loads the chosen variant if it is not; at the start and after each switch.
  ///
  /// One load at a time: what is chosen meanwhile is loaded next, and what was chosen before is dropped.
  func load() async {
    guard !loading else { return }
    loading = true
    defer { loading = false }
    while let variant = chosen, classifier == nil {
      let units = units
      do {
        let loaded = try await Classifier(variant: variant, units: units)
        guard variant == chosen, units == self.units else { continue }
        classifier = loaded
        problem = nil
      } catch {
        guard variant == chosen, units == self.units else { continue }
        problem = "\(error)"
        return
      }
    }
  }

  func choose(_ id: Variant.ID) async {
    guard let variant = variants.first(where: { $0.id == id }), variant != chosen else { return }
    chosen = variant
    await reload()
  }

  func choose(units: ComputeUnits) async {
    guard units != self.units else { return }
    self.units = units
    await reload()
  }

  /// Classifies one image; a camera frame that comes while another is at work is left out.
  func classify(_ picture: Picture) async {
    guard let classifier, !busy else { return }
    busy = true
    defer { busy = false }
    do {
      let answer = try await classifier.classify(picture, count: 5)
      // Not under the name of another variant, chosen meanwhile.
      guard classifier === self.classifier else { return }
      results = answer.labels
      milliseconds = answer.milliseconds
      problem = nil
    } catch {
      if classifier === self.classifier { problem = "\(error)" }
    }
  }

  func report(_ text: String) { problem = text }

  private func reload() async {
    classifier = nil
    results = []
    milliseconds = nil
    await load()
  }
}
