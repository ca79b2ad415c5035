package org.modelpress.core;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertNotEquals;
import static org.junit.Assert.assertSame;
import static org.junit.Assert.assertTrue;

import java.nio.ByteBuffer;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.BooleanSupplier;
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

  /** Keeps the last answer, and takes none before it is told that it may. */
  private static final class Answers implements FramePipeline.Listener {
    final CountDownLatch first = new CountDownLatch(1);
    final CountDownLatch mayEnd;
    final CountDownLatch failure = new CountDownLatch(1);
    final AtomicReference<String> last = new AtomicReference<>("");
    final AtomicInteger count = new AtomicInteger();
    volatile String problem = "";

    Answers(int waits) {
      mayEnd = new CountDownLatch(waits);
    }

    @Override
    public void onClassified(Classification result) {
      first.countDown();
      await(mayEnd);
      last.set(result.labels().toString());
      count.incrementAndGet();
    }

    @Override
    public void onFailed(RuntimeException problem) {
      this.problem = problem.getMessage();
      failure.countDown();
    }
  }

  private static RgbImage noise(int seed) {
    return TestModel.noise(60, 40, seed);
  }

  private static void await(CountDownLatch latch) {
    try {
      assertTrue(latch.await(WAIT_SECONDS, TimeUnit.SECONDS));
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  /** Waits until the condition holds, or for a minute. */
  private static void await(BooleanSupplier condition) throws InterruptedException {
    for (int i = 0; i < WAIT_SECONDS * 100 && !condition.getAsBoolean(); i++) {
      Thread.sleep(10);
    }
  }

  @Test
  public void answersAsTheClassifierDoes() throws Exception {
    AtomicInteger closed = new AtomicInteger();
    Answers answers = new Answers(0);
    try (Classifier classifier = TestModel.open(TestModel.ONE_THREAD)) {
      String expected = classifier.classify(noise(1), 3).labels().toString();
      try (FramePipeline pipeline = new FramePipeline(classifier, 3, answers)) {
        pipeline.submit(new CountedFrame(noise(1), closed));
        await(answers.first);
      }
      assertEquals(expected, answers.last.get());
      assertEquals(1, closed.get());
    }
  }

  @Test
  public void dropsTheOldestAndEndsWithTheNewest() throws Exception {
    int frames = 500;
    AtomicInteger closed = new AtomicInteger();
    Answers answers = new Answers(0);
    try (Classifier classifier = TestModel.open(TestModel.ONE_THREAD)) {
      String newest = classifier.classify(noise(frames), 3).labels().toString();
      FramePipeline pipeline = new FramePipeline(classifier, 3, answers);
      for (int i = 1; i <= frames; i++) {
        // Much faster than any camera.
        pipeline.submit(new CountedFrame(i < frames ? noise(i % 7) : noise(frames), closed));
      }
      await(() -> answers.last.get().equals(newest));
      pipeline.close();
      assertEquals(newest, answers.last.get());
      assertTrue(pipeline.droppedCount() + " dropped", pipeline.droppedCount() > 0);
      assertTrue(answers.count.get() + pipeline.droppedCount() <= frames);
      assertEquals("every frame is given back", frames, closed.get());
      pipeline.submit(new CountedFrame(noise(1), closed));
      assertEquals("also after the end", frames + 1, closed.get());
    }
  }

  @Test
  public void aSlowAnswerHoldsNoOtherStepUp() throws Exception {
    Answers slow = new Answers(1);
    AtomicInteger closed = new AtomicInteger();
    try (Classifier classifier = TestModel.open(TestModel.ONE_THREAD)) {
      FramePipeline pipeline = new FramePipeline(classifier, 3, slow);
      pipeline.submit(new CountedFrame(noise(1), closed));
      await(slow.first);
      // More than would fit between the steps: each is prepared while the first answer is out.
      for (int frame = 2; frame <= 6; frame++) {
        pipeline.submit(new CountedFrame(noise(frame), closed));
        int expected = frame;
        await(() -> closed.get() >= expected);
        assertEquals(frame, closed.get());
      }
      slow.mayEnd.countDown();
      String newest = classifier.classify(noise(6), 3).labels().toString();
      await(() -> slow.last.get().equals(newest));
      pipeline.close();
      assertEquals(newest, slow.last.get());
    }
  }

  @Test
  public void preparesOneFrameAheadAndNoMore() throws Exception {
    AtomicInteger closed = new AtomicInteger();
    AtomicInteger read = new AtomicInteger();
    Answers answers = new Answers(0);
    try (Classifier classifier = TestModel.open(TestModel.ONE_THREAD)) {
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
          int expected = Math.min(frame, 2);
          await(() -> read.get() >= expected);
        }
        assertEquals(2, read.get());
        assertEquals(5, pipeline.droppedCount());
      }
      String newest = classifier.classify(noise(8), 3).labels().toString();
      await(() -> answers.last.get().equals(newest));
      pipeline.close();
      assertEquals(newest, answers.last.get());
      assertEquals(8, closed.get());
    }
  }

  @Test
  public void whatPreparesFramesBelongsToOneThread() throws Exception {
    AtomicReference<Thread> used = new AtomicReference<>();
    AtomicReference<Thread> closed = new AtomicReference<>();
    Answers answers = new Answers(0);
    try (Classifier classifier = TestModel.open(TestModel.ONE_THREAD)) {
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
        await(answers.first);
      }
      assertEquals(expected, answers.last.get());
      assertNotEquals(Thread.currentThread(), used.get());
      assertSame(used.get(), closed.get());
    }
  }

  @Test
  public void standsStillAfterAFailure() throws Exception {
    Answers answers = new Answers(0);
    AtomicInteger closed = new AtomicInteger();
    Classifier classifier = TestModel.open(TestModel.ONE_THREAD);
    classifier.close();
    try (FramePipeline pipeline = new FramePipeline(classifier, 3, answers)) {
      pipeline.submit(new CountedFrame(noise(1), closed));
      await(answers.failure);
    }
    assertEquals(1, closed.get());
    assertEquals(0, answers.count.get());
  }

  @Test
  public void runningOutOfMemoryEndsThePipelineAlone() throws Exception {
    Answers answers = new Answers(0);
    AtomicInteger closed = new AtomicInteger();
    try (Classifier classifier = TestModel.open(TestModel.ONE_THREAD);
        FramePipeline pipeline = new FramePipeline(classifier, 3, answers)) {
      pipeline.submit(
          new CountedFrame(noise(1), closed) {
            @Override
            public Pixels pixels() {
              throw new OutOfMemoryError("640 x 480 pixels");
            }
          });
      await(answers.failure);
    }
    assertTrue(answers.problem, answers.problem.contains("OutOfMemoryError: 640 x 480 pixels"));
    assertEquals(1, closed.get());
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
    try (Classifier classifier = TestModel.open(TestModel.ONE_THREAD);
        FramePipeline pipeline = new FramePipeline(classifier, 3, listener)) {
      pipeline.submit(new CountedFrame(noise(1), closed));
      await(() -> closed.get() >= 1);
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
