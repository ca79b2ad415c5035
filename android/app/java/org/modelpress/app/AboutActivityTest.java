package org.modelpress.app;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertTrue;
import static org.robolectric.Shadows.shadowOf;

import android.content.Intent;
import org.junit.Test;
import org.modelpress.core.ModelManifest;
import org.robolectric.RuntimeEnvironment;

/** The about screen names the chosen model to the byte, and the runtime. */
public final class AboutActivityTest extends TestOfScreens {
  @Test
  public void namesModelAndRuntime() throws Exception {
    AppModels models = new AppModels(RuntimeEnvironment.getApplication());
    new Settings(RuntimeEnvironment.getApplication()).setVariant("digits_fp32");
    AboutActivity activity = launch(AboutActivity.class);
    String text = TestScreen.allText(activity.getWindow().getDecorView());
    ModelManifest manifest = models.manifest("digits_fp32");
    assertTrue(text, text.contains(manifest.modelSha256()));
    assertTrue(text, text.contains("\nfp32\n"));
    assertTrue(text, text.contains("TensorFlow Lite 2.16.1"));
    TestScreen.picture(activity, "about.png");
  }

  @Test
  public void showsTheLicencesOfWhatItCarries() throws Exception {
    AboutActivity about = launch(AboutActivity.class);
    about.findViewById(R.id.licences).performClick();
    Intent next = shadowOf(about).getNextStartedActivity();
    assertEquals(LicencesActivity.class.getName(), next.getComponent().getClassName());
    LicencesActivity activity = launch(LicencesActivity.class);
    String text = TestScreen.allText(activity.getWindow().getDecorView());
    assertTrue(text, text.contains("org.tensorflow:tensorflow-lite 2.16.1: Apache-2.0"));
    assertTrue(text, text.contains("Apache License"));
    TestScreen.picture(activity, "licences.png");
  }

  @Test
  public void forgetsAVariantThatTheAppNoLongerHas() throws Exception {
    AppModels models = new AppModels(RuntimeEnvironment.getApplication());
    new Settings(RuntimeEnvironment.getApplication()).setVariant("of_an_older_version");
    AboutActivity activity = launch(AboutActivity.class);
    String text = TestScreen.allText(activity.getWindow().getDecorView());
    assertTrue(text, text.contains(models.names().get(0)));
  }
}
