package org.modelpress.core;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertTrue;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Collections;
import org.json.JSONObject;
import org.junit.Test;

/**
 * What is measured is whole, and leaves a metrics.json that metrics_test.py reads by the schema.
 */
public final class MeasurementTest {
  @Test
  public void measuresAVariant() throws Exception {
    Measurement found =
        Measurement.measure(
            TestModel.model(), TestModel.manifest(), TestModel.labels(), TestModel.ONE_THREAD);
    JSONObject record = found.toRecord(Measurement.zippedBytes(TestModel.model()));
    JSONObject latency = record.getJSONObject("latency");
    assertTrue(latency.toString(), latency.getInt("runs") >= 10);
    assertTrue(latency.getDouble("p90_ms") >= latency.getDouble("median_ms"));
    assertEquals("xnnpack", record.getString("delegate"));
    assertTrue(record.getLong("peak_memory_bytes") > record.getLong("base_memory_bytes"));
    assertEquals(TestModel.model().capacity(), record.getLong("bytes"));
  }

  @Test
  public void takesQuantilesAsNumpyDoes() {
    Latencies latencies = new Latencies(new double[] {4, 1, 3, 2});
    assertEquals(2.5, latencies.median(), 1e-12);
    assertEquals(3.7, latencies.p90(), 1e-12);
    assertEquals(1.5, latencies.iqr(), 1e-12);
    assertEquals(7, new Latencies(new double[] {7}).p90(), 0);
  }

  @Test
  public void deflatesAsADownload() {
    ByteBuffer zeros = ByteBuffer.allocateDirect(1 << 20);
    long zipped = Measurement.zippedBytes(zeros);
    assertTrue(zipped + " bytes", zipped > 100 && zipped < 2000);
    assertEquals(1 << 20, zeros.remaining());
    assertTrue(Measurement.zippedBytes(ByteBuffer.allocate(0)) > 0);
  }

  @Test
  public void namesTheClassOfAProcessor() {
    assertEquals(
        "aarch64-asimddp",
        DeviceDescription.cpuClass("aarch64", Arrays.asList("fp", "asimd", "asimddp")));
    assertEquals(
        "x86_64-avx2", DeviceDescription.cpuClass("amd64", Arrays.asList("avx2", "sse4_1")));
    assertEquals("armv8l-baseline", DeviceDescription.cpuClass("armv8l", Collections.emptyList()));
  }

  @Test
  public void countsRightAnswers() throws Exception {
    Npy images = new Npy(ElementType.UINT8, new int[] {2, 4, 4, 3}, new byte[96]);
    try (Classifier classifier = TestModel.open(ClassifierOptions.DEFAULT)) {
      int answer = classifier.classify(new RgbImage(4, 4, new byte[48]), 1).labels().get(0).index();
      int other = (answer + 1) % TestModel.labels().size();
      byte[] classes = {(byte) answer, 0, (byte) other, 0};
      LabelledImages half =
          new LabelledImages(images, new Npy(ElementType.UINT8, new int[] {4}, classes));
      assertEquals(0.5, half.accuracy(classifier), 0);
    }
  }
}
