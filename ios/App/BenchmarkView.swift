import SwiftUI

#if canImport(ModelPressCore)
  import ModelPressCore
#endif

/// Measures every variant on the chosen compute units and hands out metrics.json.
struct BenchmarkView: View {
  @ObservedObject var session: Session
  @StateObject private var benchmark = Benchmark()

  var body: some View {
    NavigationStack {
      List {
        Section {
          Button("Measure all variants") {
            Task { await benchmark.run(session.variants, units: session.units) }
          }
          .disabled(benchmark.running)
          if benchmark.running { ProgressView(value: benchmark.progress) }
          if let problem = benchmark.problem {
            Text(problem).foregroundStyle(.red)
          }
        } footer: {
          Text("On \(session.units.title). Close other apps, and let the phone cool down first.")
        }
        ForEach(benchmark.records, id: \.variant) { record in
          LabeledContent(record.variant, value: summary(record))
        }
        if let file = benchmark.file {
          ShareLink("Share metrics.json", item: file)
        }
      }
      .navigationTitle("Benchmark")
    }
  }

  private func summary(_ record: Metrics.Record) -> String {
    String(format: "%.2f ms, p90 %.2f", record.latency.medianMs, record.latency.p90Ms)
  }
}
