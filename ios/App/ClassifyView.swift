import PhotosUI
import SwiftUI
import UIKit

#if canImport(ModelPressCore)
  import ModelPressCore
#endif

/// A photograph or the camera, the chosen variant, and what it sees.
struct ClassifyView: View {
  @ObservedObject var session: Session
  @StateObject private var camera = Camera()
  @State private var item: PhotosPickerItem?
  @State private var photo: UIImage?

  var body: some View {
    NavigationStack {
      List {
        Section("Image") {
          if let picture = camera.frame?.image ?? photo?.cgImage {
            Image(decorative: picture, scale: 1)
              .resizable()
              .scaledToFit()
              .frame(maxHeight: 280)
              .accessibilityLabel("The picture that is classified")
          }
          PhotosPicker(selection: $item, matching: .images) {
            Label("Choose a photo", systemImage: "photo.on.rectangle")
          }
          Button {
            Task { await toggleCamera() }
          } label: {
            Label(
              camera.running ? "Stop the camera" : "Use the camera", systemImage: "camera")
          }
        }
        VariantSection(session: session)
        ResultSection(session: session)
      }
      .navigationTitle("Model Press")
    }
    .task { await session.load() }
    .onChange(of: item) { chosen in
      Task { await open(chosen) }
    }
    .onChange(of: session.chosen?.id) { _ in
      camera.use(size: frameSize)
    }
    .onReceive(camera.$frame) { frame in
      guard let frame else { return }
      Task { await session.classify(frame) }
    }
  }

  /// In which the chosen variant takes the camera's frames as they are.
  private var frameSize: FrameSize? {
    session.chosen.flatMap { FrameSize(of: $0.manifest.input) }
  }

  private func open(_ chosen: PhotosPickerItem?) async {
    guard let chosen else { return }
    camera.stop()
    guard let data = try? await chosen.loadTransferable(type: Data.self),
      let image = UIImage(data: data)?.upright, let pixels = image.cgImage
    else {
      session.report("This photo cannot be read.")
      return
    }
    photo = image
    await session.classify(Picture(image: pixels))
  }

  private func toggleCamera() async {
    if camera.running {
      camera.stop()
    } else if let problem = await camera.start(size: frameSize) {
      session.report(problem)
    }
  }
}

/// The variant and the compute units.
struct VariantSection: View {
  @ObservedObject var session: Session

  var body: some View {
    Section("Model") {
      Picker("Variant", selection: variant) {
        ForEach(session.variants) { variant in
          Text(variant.manifest.variant).tag(variant.id)
        }
      }
      Picker("Compute units", selection: units) {
        ForEach(ComputeUnits.allCases) { units in
          Text(units.title).tag(units)
        }
      }
      if let chosen = session.chosen {
        LabeledContent("Size", value: chosen.size)
      }
      if session.loading { ProgressView() }
    }
  }

  private var variant: Binding<String> {
    Binding(
      get: { session.chosen?.id ?? "" },
      set: { id in Task { await session.choose(id) } })
  }

  private var units: Binding<ComputeUnits> {
    Binding(
      get: { session.units },
      set: { units in Task { await session.choose(units: units) } })
  }
}

/// The five best labels.
struct ResultSection: View {
  @ObservedObject var session: Session

  var body: some View {
    Section("Result") {
      if let problem = session.problem {
        Text(problem).foregroundStyle(.red)
      }
      ForEach(session.results) { result in
        VStack(alignment: .leading) {
          LabeledContent(result.label, value: percent(result.score))
          ProgressView(value: min(max(result.score, 0), 1))
        }
        .accessibilityElement(children: .combine)
      }
      if let milliseconds = session.milliseconds {
        Text("\(milliseconds, specifier: "%.1f") ms").foregroundStyle(.secondary)
      }
      if session.chosen?.manifest.source.trained == false {
        Text("The weights are placeholders: labels mean nothing.").foregroundStyle(.secondary)
      }
    }
  }

  // A score that is no number is shown as such.
  private func percent(_ score: Double) -> String { String(format: "%.0f %%", score * 100) }
}

extension Variant {
  /// Megabytes of the package.
  var size: String {
    ByteCountFormatter.string(fromByteCount: Int64(manifest.model.bytes), countStyle: .file)
  }
}

extension UIImage {
  /// The image with its pixels in the orientation that its metadata asks for.
  var upright: UIImage {
    guard imageOrientation != .up else { return self }
    let format = UIGraphicsImageRendererFormat.default()
    format.scale = 1
    let pixels = CGSize(width: size.width * scale, height: size.height * scale)
    return UIGraphicsImageRenderer(size: pixels, format: format).image { _ in
      draw(in: CGRect(origin: .zero, size: pixels))
    }
  }
}
