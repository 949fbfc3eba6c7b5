package dev.heimdall.manager.web;

/** Content of the server's paths. */
public interface Site {
  /**
   * Looks at a request of which the headers are there and the body is not. What has to wait for
   * long throws {@link DeferredRequest}, here and in its work.
   *
   * @throws Refusal if it is not to be carried out; its body is passed over then
   */
  Admission admit(Request request) throws Refusal;

  /** True if pages of others lead browsers to this path, such as a provider after a log-in. */
  default boolean isReachedFromElsewhere(String path) {
    return false;
  }

  /** True if a node reports there: whatever others do, there are slots for that. */
  default boolean isReport(String path) {
    return false;
  }

  /**
   * Conditions and code for carrying out a request.
   *
   * @param largestBody the bytes that are kept of its body
   * @param work gets it with its body
   */
  record Admission(int largestBody, Work work) {}

  /** Answers a request; may wait for the configuration's place. */
  interface Work {
    Answer answer(Request request) throws Refusal;
  }
}
