package org.modelpress.gpu;

import android.opengl.GLES20;
import android.opengl.GLES30;
import java.nio.ByteBuffer;
import org.modelpress.core.InputWriter;
import org.modelpress.core.ModelManifest;
import org.modelpress.core.Pixels;
import org.modelpress.core.Preprocessor;
import org.modelpress.core.ResizePlan;
import org.modelpress.core.TensorSpec;
import org.modelpress.core.YuvPixels;

/**
 * Turns a camera's planes into a model's input on the GPU (OpenGL ES 3.0): colours, turn, crop,
 * resize and the model's own number format, to the byte as {@link Preprocessor} does. The processor
 * copies the planes there and the input back, each at once.
 *
 * <p>Belongs to the thread that opens it: that one writes and closes, no other.
 */
public final class GpuPreprocessor implements InputWriter {
  private static final int BYTES_A_PLACE = 4;
  private static final int PLACES_A_ROW = 1024;

  private final ModelManifest manifest;
  private final int width;
  private final int byteCount;
  private final GlContext context;
  private final GlProgram narrow;
  private final GlProgram shorten;
  private final GlTexture elements;
  private final GlTexture packed;
  private final int packedBuffer;
  private Stored stored;

  /** What depends on how frames are stored, which is the same for all of a camera. */
  private static final class Stored {
    private final YuvPixels like;
    private final GlTexture luma;
    private final GlTexture blueDifference;
    private final GlTexture redDifference;
    private final GlTexture across;
    private final GlTexture down;
    private final GlTexture narrowed;

    Stored(YuvPixels frame, ResizePlan plan, int width) {
      like = frame;
      luma = plane(frame.luma(), frame.storedWidth(), frame.storedHeight());
      int columns = frame.storedWidth() / 2;
      int rows = frame.storedHeight() / 2;
      blueDifference = plane(frame.blueDifference(), columns, rows);
      redDifference = plane(frame.redDifference(), columns, rows);
      across = GlTexture.ofIntegers(plan.across());
      down = GlTexture.ofIntegers(plan.down());
      narrowed = GlTexture.drawnIntegers(width, plan.height());
    }

    private static GlTexture plane(YuvPixels.Plane plane, int columns, int rows) {
      // Up to the last value: no byte is read that need not be there.
      return GlTexture.ofBytes(plane.pixelStride() * (columns - 1) + 1, rows);
    }

    boolean fits(YuvPixels frame) {
      return frame.storedWidth() == like.storedWidth()
          && frame.storedHeight() == like.storedHeight()
          && frame.degrees() == like.degrees()
          && frame.luma().pixelStride() == like.luma().pixelStride()
          && frame.blueDifference().pixelStride() == like.blueDifference().pixelStride()
          && frame.redDifference().pixelStride() == like.redDifference().pixelStride();
    }

    void upload(YuvPixels frame) {
      luma.upload(frame.luma().bytes(), frame.luma().rowStride());
      blueDifference.upload(frame.blueDifference().bytes(), frame.blueDifference().rowStride());
      redDifference.upload(frame.redDifference().bytes(), frame.redDifference().rowStride());
    }

    void delete() {
      for (GlTexture texture :
          new GlTexture[] {luma, blueDifference, redDifference, across, down, narrowed}) {
        texture.delete();
      }
    }
  }

  /**
   * Opens the GPU for a model's input.
   *
   * @throws IllegalArgumentException if the model takes a camera's planes as they are
   * @throws IllegalStateException if there is no GPU of OpenGL ES 3, or its driver refuses
   */
  public GpuPreprocessor(ModelManifest manifest) {
    if (manifest.takesPlanes()) {
      throw new IllegalArgumentException(
          manifest.name() + " takes a camera's planes; nothing is left to do before it");
    }
    TensorSpec input = manifest.input();
    this.manifest = manifest;
    width = manifest.inputWidth();
    byteCount = input.byteCount();
    context = GlContext.open();
    try {
      // On by default, and free to change what is drawn.
      GLES20.glDisable(GLES20.GL_DITHER);
      narrow = new GlProgram(Shaders.NARROW);
      shorten = new GlProgram(Shaders.SHORTEN);
      try (Preprocessor reference = new Preprocessor(manifest)) {
        elements = GlTexture.ofIntegers(reference.elementBits());
      }
      int places = (byteCount + BYTES_A_PLACE - 1) / BYTES_A_PLACE;
      int rows = (places + PLACES_A_ROW - 1) / PLACES_A_ROW;
      packed = GlTexture.drawnFractions(PLACES_A_ROW, rows);
      packedBuffer = buffer(PLACES_A_ROW * rows * BYTES_A_PLACE);
      narrow.use();
      narrow.set("luma", 0);
      narrow.set("blue_difference", 1);
      narrow.set("red_difference", 2);
      narrow.set("weights", 3);
      shorten.use();
      shorten.set("narrowed", 0);
      shorten.set("weights", 1);
      shorten.set("elements", 2);
      shorten.set("row_places", PLACES_A_ROW);
      int elementsAPixel = input.shape()[3];
      shorten.set("shape", width, manifest.inputHeight(), elementsAPixel, input.type().byteCount());
      boolean blueFirst = manifest.preprocessing().blueFirst();
      shorten.set("colours", blueFirst ? 2 : 0, 1, blueFirst ? 0 : 2, 0);
      requireNoError();
    } catch (RuntimeException e) {
      context.close();
      throw e;
    }
  }

  private static int buffer(int bytes) {
    int[] names = new int[1];
    GLES20.glGenBuffers(1, names, 0);
    GLES20.glBindBuffer(GLES30.GL_PIXEL_PACK_BUFFER, names[0]);
    GLES20.glBufferData(GLES30.GL_PIXEL_PACK_BUFFER, bytes, null, GLES30.GL_STREAM_READ);
    return names[0];
  }

  /**
   * Writes the model's input.
   *
   * @throws IllegalArgumentException if {@code image} is no {@link YuvPixels}
   * @throws IllegalStateException if the driver fails
   */
  @Override
  public void write(Pixels image, ByteBuffer buffer) {
    if (!(image instanceof YuvPixels)) {
      throw new IllegalArgumentException(
          image.getClass().getSimpleName() + "; the GPU reads a camera's planes");
    }
    YuvPixels frame = (YuvPixels) image;
    if (stored == null || !stored.fits(frame)) {
      store(frame);
    }
    stored.upload(frame);
    narrow.use();
    stored.luma.bind(0);
    stored.blueDifference.bind(1);
    stored.redDifference.bind(2);
    stored.across.bind(3);
    stored.narrowed.draw();
    shorten.use();
    stored.narrowed.bind(0);
    stored.down.bind(1);
    elements.bind(2);
    packed.draw();
    read(buffer);
  }

  private void store(YuvPixels frame) {
    if (stored != null) {
      stored.delete();
      stored = null;
    }
    ResizePlan plan = new ResizePlan(frame, manifest);
    stored = new Stored(frame, plan, width);
    narrow.use();
    narrow.set("taps", stored.across.width - 1);
    narrow.set(
        "pixel_strides",
        frame.luma().pixelStride(),
        frame.blueDifference().pixelStride(),
        frame.redDifference().pixelStride());
    place(frame, plan);
    shorten.use();
    shorten.set("taps", stored.down.width - 1);
  }

  /** Tells where the box's pixels are stored, as {@link YuvPixels#readRow} finds them. */
  private void place(YuvPixels frame, ResizePlan plan) {
    int left = plan.left();
    int top = plan.top();
    int lastColumn = frame.storedWidth() - 1;
    int lastRow = frame.storedHeight() - 1;
    switch (frame.degrees()) {
      case 90:
        place(top, lastRow - left, 0, -1, 1, 0);
        break;
      case 180:
        place(lastColumn - left, lastRow - top, -1, 0, 0, -1);
        break;
      case 270:
        place(lastColumn - top, left, 0, 1, -1, 0);
        break;
      default:
        place(left, top, 1, 0, 0, 1);
    }
  }

  private void place(int x, int y, int rowX, int rowY, int columnX, int columnY) {
    narrow.set("origin", x, y);
    narrow.set("along_row", rowX, rowY);
    narrow.set("along_column", columnX, columnY);
  }

  /** Copies what was drawn last. */
  private void read(ByteBuffer buffer) {
    GLES20.glBindBuffer(GLES30.GL_PIXEL_PACK_BUFFER, packedBuffer);
    GLES30.glReadPixels(
        0, 0, packed.width, packed.height, GLES20.GL_RGBA, GLES20.GL_UNSIGNED_BYTE, 0);
    ByteBuffer bytes =
        (ByteBuffer)
            GLES30.glMapBufferRange(
                GLES30.GL_PIXEL_PACK_BUFFER, 0, byteCount, GLES30.GL_MAP_READ_BIT);
    requireNoError();
    buffer.clear();
    bytes.limit(byteCount);
    buffer.put(bytes);
    buffer.flip();
    // False where the system has taken the memory away meanwhile, for example for another screen.
    if (!GLES30.glUnmapBuffer(GLES30.GL_PIXEL_PACK_BUFFER)) {
      throw new IllegalStateException("the GPU's memory was lost");
    }
  }

  private static void requireNoError() {
    int error = GLES20.glGetError();
    if (error != GLES20.GL_NO_ERROR) {
      throw new IllegalStateException(String.format("OpenGL ES error 0x%x", error));
    }
  }

  @Override
  public void close() {
    context.close();
  }
}
