package org.modelpress.core;

import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Classifies a camera's frames on three threads: one prepares a frame while the next runs the model
 * on the frame before and the last hands the answer on. One frame is prepared ahead and no more, so
 * that no work is done for what is dropped: of the frames that wait, all but the newest.
 */
public final class FramePipeline implements AutoCloseable {
  // One being filled or waiting, one in the model, and one spare.
  private static final int BUFFERS = 3;

  /** A picture that must be given back, such as a camera's image. */
  public interface Frame extends AutoCloseable {
    /** The picture; valid until {@link #close}. */
    Pixels pixels();

    @Override
    void close();
  }

  /** Where answers go; called on the pipeline's own thread. */
  public interface Listener {
    void onClassified(Classification result);

    /** Called once, for errors too (as the cause); the pipeline stands still after it. */
    void onFailed(RuntimeException problem);
  }

  private final LatestSlot<Frame> frames = new LatestSlot<>();
  private final LatestSlot<ByteBuffer> prepared = new LatestSlot<>();
  private final LatestSlot<Classification> answers = new LatestSlot<>();
  private final Deque<ByteBuffer> free = new ArrayDeque<>();
  private final AtomicLong dropped = new AtomicLong();
  private final AtomicBoolean failed = new AtomicBoolean();
  private final Classifier classifier;
  private final InputWriter writer;
  private final int count;
  private final Listener listener;
  private final Thread[] threads;

  /**
   * Starts the threads.
   *
   * @param classifier runs the model; it stays open when the pipeline is closed
   * @param count how many labels an answer has
   */
  public FramePipeline(Classifier classifier, int count, Listener listener) {
    this(classifier, count, listener, new Preprocessor(classifier.manifest()));
  }

  /**
   * The same with what prepares frames.
   *
   * @param writer used and closed by one thread of the pipeline
   */
  public FramePipeline(Classifier classifier, int count, Listener listener, InputWriter writer) {
    this.classifier = classifier;
    this.count = count;
    this.listener = listener;
    this.writer = writer;
    for (int i = 0; i < BUFFERS; i++) {
      free.add(classifier.manifest().input().allocate(1));
    }
    threads =
        new Thread[] {
          new Thread(() -> guard(this::prepare), "frame-prepare"),
          new Thread(() -> guard(this::infer), "frame-infer"),
          new Thread(() -> guard(this::answer), "frame-answer"),
        };
    for (Thread thread : threads) {
      thread.start();
    }
  }

  /** Takes {@code frame} and closes it when it is done with or dropped. */
  public void submit(Frame frame) {
    Frame old = frames.put(frame);
    if (old != null) {
      dropped.incrementAndGet();
      old.close();
    }
  }

  /** Frames that gave way to newer ones. */
  public long droppedCount() {
    return dropped.get();
  }

  /** Ends the threads and waits for them; frames that come later are closed at once. */
  @Override
  public void close() {
    frames.close();
    prepared.close();
    answers.close();
    boolean interrupted = false;
    for (Thread thread : threads) {
      while (thread.isAlive() && thread != Thread.currentThread()) {
        try {
          thread.join();
        } catch (InterruptedException e) {
          interrupted = true;
        }
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  private void prepare() {
    try {
      for (Frame frame = next(); frame != null; frame = next()) {
        prepare(frame);
      }
    } finally {
      writer.close();
    }
  }

  private void prepare(Frame frame) {
    ByteBuffer input = takeFree();
    try {
      writer.write(frame.pixels(), input);
    } finally {
      frame.close();
    }
    ByteBuffer old = prepared.put(input);
    if (old != null) {
      giveBack(old);
    }
  }

  /** The newest frame at the time that the model has taken the one before. */
  private Frame next() {
    prepared.awaitEmpty();
    return frames.take();
  }

  private void infer() {
    for (ByteBuffer input = prepared.take(); input != null; input = prepared.take()) {
      Classification result = classifier.classifyPrepared(input, count);
      giveBack(input);
      answers.put(result);
    }
  }

  private void answer() {
    for (Classification result = answers.take(); result != null; result = answers.take()) {
      listener.onClassified(result);
    }
  }

  private void guard(Runnable step) {
    try {
      step.run();
    } catch (RuntimeException e) {
      fail(e);
    } catch (Error e) {
      // Such as OutOfMemoryError; a thread that it leaves takes the whole app with it.
      fail(new IllegalStateException(e.toString(), e));
    }
  }

  private void fail(RuntimeException problem) {
    frames.close();
    prepared.close();
    answers.close();
    Frame waiting = frames.take();
    if (waiting != null) {
      waiting.close();
    }
    // What was under way on the other threads may fail for the same reason.
    if (failed.compareAndSet(false, true)) {
      listener.onFailed(problem);
    }
  }

  private ByteBuffer takeFree() {
    synchronized (free) {
      return free.remove();
    }
  }

  private void giveBack(ByteBuffer buffer) {
    synchronized (free) {
      free.add(buffer);
    }
  }
}
