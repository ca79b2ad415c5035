package org.tensorflow.lite;

/**
 * Tells how many steps an interpreter runs. A delegate turns the operators that it takes into one
 * step, so the number says whether a delegate runs at all; the runtime tells it to its own package
 * only.
 */
public final class ExecutionPlan {
  private ExecutionPlan() {}

  /** Steps of one inference: as many as the model has operators where no delegate took any. */
  public static int length(Interpreter interpreter) {
    return interpreter.getExecutionPlanLength();
  }
}
