package dev.heimdall.engine.share;

import java.util.Collection;
import java.util.concurrent.CompletableFuture;

/** A node without others: there is nobody to tell, and nothing to hear. */
public final class SingleNode implements Exchange {
  private static final CompletableFuture<Void> DONE = CompletableFuture.completedFuture(null);

  private final boolean leavesNodesOut;

  public SingleNode() {
    this(false);
  }

  /**
   * @param leavesNodesOut whether there are others all the same, of which nobody hears here
   */
  public SingleNode(boolean leavesNodesOut) {
    this.leavesNodesOut = leavesNodesOut;
  }

  @Override
  public boolean leavesNodesOut() {
    return leavesNodesOut;
  }

  @Override
  public CompletableFuture<Void> announce(
      Collection<String> tables, boolean others, Redefinition redefinition) {
    return DONE;
  }

  @Override
  public ChangeInProgress changing(String database) {
    return ChangeInProgress.UNANNOUNCED;
  }

  @Override
  public boolean connectedToPeers() {
    return true;
  }

  @Override
  public void close() {
    // Nothing is open.
  }
}
