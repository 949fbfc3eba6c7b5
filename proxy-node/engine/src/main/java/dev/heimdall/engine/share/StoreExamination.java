package dev.heimdall.engine.share;

import dev.heimdall.model.StoreSettings;
import io.lettuce.core.resource.ClientResources;

/** A single look at a store, for commands. */
public final class StoreExamination {
  private StoreExamination() {}

  /** The store lets nobody in, or is nowhere. */
  public static final class FailedException extends Exception {
    private static final long serialVersionUID = 1L;

    FailedException(Throwable cause) {
      super(StoreConnections.reason(cause));
    }
  }

  /**
   * Connects as a node does, and leaves again. Waits for the network.
   *
   * @throws FailedException with what the store or the network said
   */
  public static StoreState look(StoreSettings settings) throws FailedException {
    ClientResources resources = StoreServers.resources();
    try {
      StoreServers servers = new StoreServers(settings, resources);
      StoreConnections connections = servers.connect();
      KeyEventsQuestion.Answer answer =
          new KeyEventsQuestion(servers, settings.prefix()).ask(connections.primaries());
      connections.close();
      return new StoreState(
          settings,
          StoreState.Connection.CONNECTED,
          connections.primaries().get(0).name(),
          0,
          answer.events(),
          answer.detail());
    } catch (RuntimeException e) {
      throw new FailedException(e);
    } finally {
      StoreServers.end(resources);
    }
  }
}
