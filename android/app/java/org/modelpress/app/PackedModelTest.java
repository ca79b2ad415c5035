package org.modelpress.app;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertThrows;

import android.content.res.AssetManager;
import java.io.File;
import java.io.FileNotFoundException;
import java.io.IOException;
import org.junit.Test;
import org.junit.runner.RunWith;
import org.modelpress.core.Classifier;
import org.modelpress.core.ClassifierOptions;
import org.robolectric.RobolectricTestRunner;
import org.robolectric.RuntimeEnvironment;

/**
 * An app whose one model is packed: the model is not mapped from the APK, and runs all the same.
 */
@RunWith(RobolectricTestRunner.class)
public final class PackedModelTest {
  @Test
  public void runsAModelThatIsPacked() throws IOException {
    AssetManager assets = RuntimeEnvironment.getApplication().getAssets();
    AppModels models = new AppModels(RuntimeEnvironment.getApplication());
    String name = models.names().get(0);
    assertThrows(
        FileNotFoundException.class, () -> assets.open("models/" + name + "/model.tflite"));
    try (Classifier classifier = models.open(name, ClassifierOptions.DEFAULT)) {
      assertEquals(Classifier.XNNPACK, classifier.delegate());
    }
    File folder = new File(RuntimeEnvironment.getApplication().getNoBackupFilesDir(), "models");
    assertEquals(models.manifest(name).modelBytes(), folder.listFiles()[0].length());
    models.deleteUnused();
    assertEquals(1, folder.listFiles().length);
  }
}
