/// Where Core ML may run a model. A permission: Core ML decides.
public enum ComputeUnits: String, CaseIterable, Codable, Identifiable, Sendable {
  case all
  case cpuAndNeuralEngine = "cpu_and_neural_engine"
  case cpuAndGPU = "cpu_and_gpu"
  case cpuOnly = "cpu_only"

  public var id: String { rawValue }

  /// What the switch shows.
  public var title: String {
    switch self {
    case .all: return "All"
    case .cpuAndNeuralEngine: return "CPU, Neural Engine"
    case .cpuAndGPU: return "CPU, GPU"
    case .cpuOnly: return "CPU"
    }
  }
}
