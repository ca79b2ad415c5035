package org.modelpress.core;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertNotEquals;
import static org.junit.Assert.assertSame;
import static org.junit.Assert.assertTrue;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.Test;

/** Frames are answered in order, the oldest are dropped, and every frame is given back. */
public final class FramePipelineTest {
  private static final int WAIT_SECONDS = 60;

  private static class CountedFrame implements FramePipeline.Frame {
    final AtomicInteger closed;
    final RgbImage image;

    CountedFrame(RgbImage image, AtomicInteger closed) {
      this.image = image;
      this.closed = closed;
    }

    @Override
    public Pixels pixels() {
      return image;
    }

    @Override
    public void close() {
      closed.incrementAndGet();
    }
  }

  /** Keeps the last answer and can be made to wait before it takes one. */
  private static final class Answers implements FramePipeline.Listener {
    final CountDownLatch first = new CountDownLatch(1);
    final CountDownLatch failure = new CountDownLatch(1);
    final AtomicReference<String> last = new AtomicReference<>("");
    final AtomicInteger count = new AtomicInteger();

    @Override
    public void onClassified(Classification result) {
      last.set(result.labels().toString());
      count.incrementAndGet();
      first.countDown();
    }

    @Override
    public void onFailed(RuntimeException problem) {
      failure.countDown();
    }
  }

  private static RgbImage noise(int seed) {
    byte[] pixels = new byte[60 * 40 * RgbImage.CHANNELS];
    new Random(seed).nextBytes(pixels);
    return new RgbImage(60, 40, pixels);
  }

  private static Classifier open() throws IOException {
    return new Classifier(
        TestModel.model(),
        TestModel.manifest(),
        TestModel.labels(),
        new ClassifierOptions(1, true, false, false));
  }

  @Test
  public void answersAsTheClassifierDoes() throws Exception {
    AtomicInteger closed = new AtomicInteger();
    Answers answers = new Answers();
    try (Classifier classifier = open()) {
      String expected = classifier.classify(noise(1), 3).labels().toString();
      try (FramePipeline pipeline = new FramePipeline(classifier, 3, answers)) {
        pipeline.submit(new CountedFrame(noise(1), closed));
        assertTrue(answers.first.await(WAIT_SECONDS, TimeUnit.SECONDS));
      }
      assertEquals(expected, answers.last.get());
      assertEquals(1, closed.get());
    }
  }

  @Test
  public void dropsTheOldestAndEndsWithTheNewest() throws Exception {
    int frames = 500;
    AtomicInteger closed = new AtomicInteger();
    Answers answers = new Answers();
    try (Classifier classifier = open()) {
      String newest = classifier.classify(noise(frames), 3).labels().toString();
      FramePipeline pipeline = new FramePipeline(classifier, 3, answers);
      for (int i = 1; i <= frames; i++) {
        // Much faster than any camera.
        pipeline.submit(new CountedFrame(i < frames ? noise(i % 7) : noise(frames), closed));
      }
      for (int i = 0; i < WAIT_SECONDS * 100 && !answers.last.get().equals(newest); i++) {
        Thread.sleep(10);
      }
      pipeline.close();
      assertEquals(newest, answers.last.get());
      assertTrue(pipeline.droppedCount() + " dropped", pipeline.droppedCount() > 0);
      assertTrue(answers.count.get() + pipeline.droppedCount() <= frames);
      assertEquals("every frame is given back", frames, closed.get());
      pipeline.submit(new CountedFrame(noise(1), closed));
      assertEquals("also after the end", frames + 1, closed.get());
    }
  }

  /** Keeps the pipeline's last thread busy until it is told. */
  private static final class Slow implements FramePipeline.Listener {
    final CountDownLatch begun = new CountDownLatch(1);
    final CountDownLatch mayEnd = new CountDownLatch(1);
    final AtomicReference<String> last = new AtomicReference<>("");

    @Override
    public void onClassified(Classification result) {
      begun.countDown();
      try {
        mayEnd.await();
      } catch (InterruptedException e) {
        throw new AssertionError(e);
      }
      last.set(result.labels().toString());
    }

    @Override
    public void onFailed(RuntimeException problem) {
      throw problem;
    }
  }

  @Test
  public void aSlowAnswerHoldsNoOtherStepUp() throws Exception {
    Slow slow = new Slow();
    AtomicInteger closed = new AtomicInteger();
    try (Classifier classifier = open()) {
      FramePipeline pipeline = new FramePipeline(classifier, 3, slow);
      pipeline.submit(new CountedFrame(noise(1), closed));
      assertTrue(slow.begun.await(WAIT_SECONDS, TimeUnit.SECONDS));
      // More than would fit between the steps: each is prepared while the first answer is out.
      for (int frame = 2; frame <= 6; frame++) {
        pipeline.submit(new CountedFrame(noise(frame), closed));
        for (int i = 0; i < WAIT_SECONDS * 100 && closed.get() < frame; i++) {
          Thread.sleep(10);
        }
        assertEquals(frame, closed.get());
      }
      slow.mayEnd.countDown();
      String newest = classifier.classify(noise(6), 3).labels().toString();
      for (int i = 0; i < WAIT_SECONDS * 100 && !slow.last.get().equals(newest); i++) {
        Thread.sleep(10);
      }
      pipeline.close();
      assertEquals(newest, slow.last.get());
    }
  }

  @Test
  public void preparesOneFrameAheadAndNoMore() throws Exception {
    AtomicInteger closed = new AtomicInteger();
    AtomicInteger read = new AtomicInteger();
    Answers answers = new Answers();
    try (Classifier classifier = open()) {
      FramePipeline pipeline = new FramePipeline(classifier, 3, answers);
      // The model waits for its lock: one frame is in it, one is prepared.
      synchronized (classifier) {
        for (int frame = 1; frame <= 8; frame++) {
          RgbImage image = noise(frame);
          pipeline.submit(
              new CountedFrame(image, closed) {
                @Override
                public Pixels pixels() {
                  read.incrementAndGet();
                  return image;
                }
              });
          for (int i = 0; i < WAIT_SECONDS * 100 && read.get() < Math.min(frame, 2); i++) {
            Thread.sleep(10);
          }
        }
        assertEquals(2, read.get());
        assertEquals(5, pipeline.droppedCount());
      }
      String newest = classifier.classify(noise(8), 3).labels().toString();
      for (int i = 0; i < WAIT_SECONDS * 100 && !answers.last.get().equals(newest); i++) {
        Thread.sleep(10);
      }
      pipeline.close();
      assertEquals(newest, answers.last.get());
      assertEquals(8, closed.get());
    }
  }

  @Test
  public void whatPreparesFramesBelongsToOneThread() throws Exception {
    AtomicReference<Thread> used = new AtomicReference<>();
    AtomicReference<Thread> closed = new AtomicReference<>();
    Answers answers = new Answers();
    try (Classifier classifier = open()) {
      Preprocessor preprocessor = new Preprocessor(classifier.manifest());
      InputWriter writer =
          new InputWriter() {
            @Override
            public void write(Pixels image, ByteBuffer buffer) {
              used.set(Thread.currentThread());
              preprocessor.write(image, buffer);
            }

            @Override
            public void close() {
              closed.set(Thread.currentThread());
            }
          };
      String expected = classifier.classify(noise(1), 3).labels().toString();
      try (FramePipeline pipeline = new FramePipeline(classifier, 3, answers, writer)) {
        pipeline.submit(new CountedFrame(noise(1), new AtomicInteger()));
        assertTrue(answers.first.await(WAIT_SECONDS, TimeUnit.SECONDS));
      }
      assertEquals(expected, answers.last.get());
      assertNotEquals(Thread.currentThread(), used.get());
      assertSame(used.get(), closed.get());
    }
  }

  @Test
  public void standsStillAfterAFailure() throws Exception {
    Answers answers = new Answers();
    AtomicInteger closed = new AtomicInteger();
    Classifier classifier = open();
    classifier.close();
    try (FramePipeline pipeline = new FramePipeline(classifier, 3, answers)) {
      pipeline.submit(new CountedFrame(noise(1), closed));
      assertTrue(answers.failure.await(WAIT_SECONDS, TimeUnit.SECONDS));
    }
    assertEquals(1, closed.get());
    assertEquals(0, answers.count.get());
  }

  private static void await(CountDownLatch latch) {
    try {
      assertTrue(latch.await(WAIT_SECONDS, TimeUnit.SECONDS));
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  @Test
  public void tellsOfOneFailureWhereTwoThreadsFail() throws Exception {
    AtomicInteger closed = new AtomicInteger();
    AtomicInteger failures = new AtomicInteger();
    CountDownLatch reading = new CountDownLatch(1);
    CountDownLatch told = new CountDownLatch(1);
    FramePipeline.Listener listener =
        new FramePipeline.Listener() {
          @Override
          public void onClassified(Classification result) {
            await(reading);
            throw new IllegalStateException("the screen is gone");
          }

          @Override
          public void onFailed(RuntimeException problem) {
            failures.incrementAndGet();
            told.countDown();
          }
        };
    try (Classifier classifier = open();
        FramePipeline pipeline = new FramePipeline(classifier, 3, listener)) {
      pipeline.submit(new CountedFrame(noise(1), closed));
      for (int i = 0; i < WAIT_SECONDS * 100 && closed.get() < 1; i++) {
        Thread.sleep(10);
      }
      pipeline.submit(
          new CountedFrame(noise(2), closed) {
            @Override
            public Pixels pixels() {
              reading.countDown();
              await(told);
              throw new IllegalStateException("the camera is gone");
            }
          });
      await(told);
    }
    assertEquals(2, closed.get());
    assertEquals(1, failures.get());
  }
}
