import SwiftUI

@main
struct ModelPressApp: App {
  @StateObject private var session = Session()

  var body: some Scene {
    WindowGroup {
      TabView {
        ClassifyView(session: session)
          .tabItem { Label("Classify", systemImage: "photo") }
        BenchmarkView(session: session)
          .tabItem { Label("Benchmark", systemImage: "stopwatch") }
      }
    }
  }
}
