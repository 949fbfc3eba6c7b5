package dev.heimdall.engine.share;

import java.util.Collection;
import java.util.concurrent.CompletableFuture;

/** A node without others: there is no peer to tell, and nothing to hear. */
public final class SingleNode implements Exchange {
  private static final CompletableFuture<Void> DONE = CompletableFuture.completedFuture(null);

  private final boolean leavesNodesOut;
  private final Overlap overlap;

  /** By which the overlap knows it; null where nothing overlaps. */
  private final WritePositions positions;

  public SingleNode() {
    leavesNodesOut = false;
    overlap = new Overlap();
    positions = null;
  }

  /**
   * @param leavesNodesOut whether there are others all the same, that are not heard here
   * @param overlap whether another process takes its place
   * @param positions what was written through it
   * @param definitions what it knows of them
   */
  public SingleNode(
      boolean leavesNodesOut, Overlap overlap, WritePositions positions, Definitions definitions) {
    this.leavesNodesOut = leavesNodesOut;
    this.overlap = overlap;
    this.positions = positions;
    overlap.joined(positions, definitions);
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
    return !overlap.lasts();
  }

  @Override
  public void close() {
    overlap.left(positions);
  }
}
