package org.modelpress.core;

import static org.junit.Assert.assertArrayEquals;
import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertThrows;
import static org.junit.Assert.assertTrue;

import java.io.ByteArrayInputStream;
import java.io.File;
import java.io.FilterInputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.util.Arrays;
import java.util.Collections;
import java.util.concurrent.TimeUnit;
import org.junit.Rule;
import org.junit.Test;
import org.junit.rules.TemporaryFolder;

/** A model is unpacked once and whole; what was broken off is mended at the next start. */
public final class UnpackedModelTest {
  @Rule public final TemporaryFolder scratch = new TemporaryFolder();

  private int opened;

  private static byte[] bytes() throws IOException {
    byte[] bytes = new byte[TestModel.model().capacity()];
    TestModel.model().get(bytes);
    return bytes;
  }

  private File folder() {
    return new File(scratch.getRoot(), "models");
  }

  private File[] files() {
    return folder().listFiles();
  }

  private ByteBuffer map(byte[] packed) throws IOException {
    return UnpackedModel.map(
        () -> {
          opened++;
          return new ByteArrayInputStream(packed);
        },
        folder(),
        TestModel.manifest());
  }

  private void assertMapped() throws IOException {
    byte[] found = new byte[bytes().length];
    ByteBuffer mapped = map(bytes());
    assertTrue(mapped.isDirect());
    mapped.get(found);
    assertArrayEquals(bytes(), found);
    assertEquals(1, files().length);
  }

  @Test
  public void unpacksOnce() throws IOException {
    assertMapped();
    assertMapped();
    assertEquals(1, opened);
  }

  @Test
  public void mendsAFileThatWasCutOff() throws IOException {
    assertMapped();
    Files.write(files()[0].toPath(), Arrays.copyOf(bytes(), 1000));
    assertMapped();
    assertEquals(2, opened);
  }

  @Test
  public void beginsAnewAfterBeingKilledMidway() throws IOException {
    assertTrue(folder().mkdir());
    File partial = new File(folder(), "model1.partial");
    Files.write(partial.toPath(), new byte[5000]);
    assertTrue(partial.setLastModified(System.currentTimeMillis() - TimeUnit.HOURS.toMillis(1)));
    map(bytes());
    UnpackedModel.deleteOthers(folder(), Collections.singletonList(TestModel.manifest()));
    assertMapped();
  }

  @Test
  public void leavesWhatAnotherProcessUnpacks() throws IOException {
    byte[] packed = bytes();
    // The lock of deleteOthers is this process': from within, it runs as if in the benchmark's.
    UnpackedModel.Source slow =
        () ->
            new FilterInputStream(new ByteArrayInputStream(packed)) {
              @Override
              public int read(byte[] buffer, int offset, int length) throws IOException {
                UnpackedModel.deleteOthers(
                    folder(), Collections.singletonList(TestModel.manifest()));
                return super.read(buffer, offset, length);
              }
            };
    UnpackedModel.map(slow, folder(), TestModel.manifest());
    assertMapped();
    assertEquals(0, opened);
  }

  @Test
  public void leavesNothingBehindWhenTheDiskIsFull() throws IOException {
    byte[] packed = bytes();
    UnpackedModel.Source failing =
        () ->
            new FilterInputStream(new ByteArrayInputStream(packed)) {
              private int reads;

              @Override
              public int read(byte[] buffer, int offset, int length) throws IOException {
                if (++reads > 3) {
                  throw new IOException("No space left on device");
                }
                return super.read(buffer, offset, length);
              }
            };
    IOException error =
        assertThrows(
            IOException.class, () -> UnpackedModel.map(failing, folder(), TestModel.manifest()));
    assertEquals("No space left on device", error.getMessage());
    assertEquals(0, files().length);
    assertMapped();
  }

  @Test
  public void refusesAnotherModel() throws IOException {
    byte[] other = bytes();
    other[other.length / 2] ^= 1;
    IOException error = assertThrows(IOException.class, () -> map(other));
    assertTrue(error.getMessage(), error.getMessage().contains("expected "));
    assertEquals(0, files().length);
  }

  @Test
  public void deletesWhatAnOlderAppUnpacked() throws IOException {
    assertMapped();
    Files.write(new File(folder(), "0123.tflite").toPath(), new byte[10]);
    UnpackedModel.deleteOthers(folder(), Collections.singletonList(TestModel.manifest()));
    assertEquals(1, files().length);
    UnpackedModel.deleteOthers(folder(), Collections.emptyList());
    assertEquals(0, files().length);
    UnpackedModel.deleteOthers(new File(folder(), "absent"), Collections.emptyList());
  }

  @Test
  public void runsWhatItUnpacked() throws IOException {
    try (Classifier classifier =
        new Classifier(
            map(bytes()), TestModel.manifest(), TestModel.labels(), ClassifierOptions.DEFAULT)) {
      assertEquals(Classifier.XNNPACK, classifier.delegate());
    }
  }
}
