package org.modelpress.core;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertThrows;
import static org.junit.Assert.assertTrue;

import java.io.IOException;
import java.util.Arrays;
import org.junit.Test;

/** Reads the examples that every language reads. */
public final class ModelIndexTest {
  @Test
  public void readsOrRefusesEverySharedExample() throws IOException {
    int refused = 0;
    for (TestExample example : TestExample.ofKind("bundle_index")) {
      String json = example.text();
      if (example.isValid()) {
        ModelIndex index = ModelIndex.parse(json);
        assertTrue(example.file, index.names().contains(index.defaultName()));
      } else {
        ManifestException error =
            assertThrows(example.file, ManifestException.class, () -> ModelIndex.parse(json));
        example.assertNamed(error.getMessage());
        refused++;
      }
    }
    assertTrue(refused + " refused", refused >= 6);
  }

  @Test
  public void givesTheFilesOfEveryVariant() throws IOException {
    ModelIndex index = ModelIndex.parse(TestExample.text("valid/bundle_index_android.json"));
    assertEquals(Arrays.asList("digits_int8", "digits_fp32"), index.names());
    assertEquals("digits_int8", index.defaultName());
    ModelIndex.Entry entry = index.entry("digits_fp32");
    assertEquals("digits_fp32/model.tflite", entry.model());
    assertEquals("digits_fp32/manifest.json", entry.manifest());
    assertEquals("digits_fp32/labels.txt", entry.labels());
  }
}
