package dev.heimdall.manager.fleet;

/** Hears of reports as they arrive. */
public interface ReportListener {
  /** A node has reported; called on the thread of its request, which must not be held up. */
  void arrived(SeenNode node);
}
