package dev.heimdall.engine.session.state;

import dev.heimdall.engine.memory.BudgetedCache;
import dev.heimdall.engine.memory.ClientShare;
import dev.heimdall.engine.memory.ClientUsage;
import dev.heimdall.engine.memory.LargeInput;
import dev.heimdall.engine.memory.MemoryBudget;
import dev.heimdall.engine.wire.ServerError;
import dev.heimdall.engine.wire.Sqlstate;
import java.util.concurrent.Executor;
import java.util.function.Consumer;

/**
 * Memory that one client makes the node keep and that cannot be evicted. The client that asks for
 * more than the node has for all of them is ended, unless it holds little itself.
 */
public final class SessionMemory {
  private final Consumer<ServerError> fatal;
  private final ClientUsage unnamed;
  private final ClientUsage settings;
  private final ClientUsage channels;
  private final ClientUsage input;
  private final LargeInput largeInput;

  private SessionMemory(Consumer<ServerError> fatal, OfLoop loop) {
    this.fatal = fatal;
    this.unnamed = loop.unnamed.holding();
    this.settings = loop.settings.holding();
    this.channels = loop.channels.holding();
    this.input = loop.input.holding();
    this.largeInput = loop.largeInput;
  }

  /** Memory held by all clients of one event loop. */
  public static final class OfLoop {
    private final ClientShare unnamed;
    private final ClientShare settings;
    private final ClientShare channels;
    private final ClientShare input;
    private final LargeInput largeInput;

    public OfLoop(MemoryBudget budget, Executor loop) {
      unnamed = budget.ofClients(BudgetedCache.UNNAMED, loop);
      settings = budget.ofClients(BudgetedCache.SETTINGS, loop);
      channels = budget.ofClients(BudgetedCache.CHANNELS, loop);
      input = budget.ofClients(BudgetedCache.INPUT, loop);
      largeInput = budget.largeInput();
    }

    public SessionMemory of(Consumer<ServerError> fatal) {
      return new SessionMemory(fatal, this);
    }
  }

  /** Memory of its unnamed statement. */
  public ClientUsage unnamed() {
    return unnamed;
  }

  /** There is no room for its unnamed statement: the session ends. */
  public void refuseUnnamed() {
    refused("the unnamed statement", BudgetedCache.UNNAMED);
  }

  /**
   * The settings that are carried for it take so many bytes.
   *
   * @return whether they may; if not, the session has ended
   */
  public boolean settings(long bytes) {
    return settings.is(bytes) || refused("session settings", BudgetedCache.SETTINGS);
  }

  /**
   * The channels that it listens to are about to take so many bytes.
   *
   * @return whether they may; if not, the session has ended
   */
  public boolean channels(long bytes) {
    return channels.is(bytes) || refused("another channel", BudgetedCache.CHANNELS);
  }

  /** The channels that it listens to take so many bytes, for which there was room. */
  public void channelsAre(long bytes) {
    channels.is(bytes);
  }

  /**
   * Sets the number of bytes that it has sent and the node has not handled.
   *
   * @return whether it may; if not, the session has ended
   */
  public boolean input(long bytes) {
    return input.is(bytes) || refused("the client's messages", BudgetedCache.INPUT);
  }

  /** Room for its large statements. */
  public LargeInput largeInput() {
    return largeInput;
  }

  /** There can be no room for its large statement: the session ends. */
  public void refuseLargeInput() {
    refused("the client's messages", BudgetedCache.LARGE_INPUT);
  }

  private boolean refused(String what, BudgetedCache held) {
    fatal.accept(
        ServerError.fatal(Sqlstate.OUT_OF_MEMORY, "no memory for " + what)
            .withDetail(
                "Clients hold as much as the node has for them: see \"cache "
                    + held.label()
                    + "\" in SHOW MEMORY."));
    return false;
  }

  /** The session has ended: what it kept is gone, or is in a moment. */
  public void end() {
    unnamed.close();
    settings.close();
    channels.close();
    input.close();
  }
}
