package dev.heimdall.engine.reply;

import io.netty.buffer.ByteBuf;
import java.util.List;
import java.util.function.Consumer;

/**
 * The way of answers to one client, stage by stage. A stage that has kept something passes it on
 * behind itself with {@link #release}; what the node itself says to the client enters behind those
 * stages that look at servers' answers only.
 */
public final class ReplyGate {
  private final ReplyStage[] stages;
  private final int own;
  private final Consumer<ByteBuf> client;

  /**
   * @param answers what only servers' answers pass, first
   * @param all what everything passes that goes to the client
   * @param client takes what has passed all stages
   */
  public ReplyGate(List<ReplyStage> answers, List<ReplyStage> all, Consumer<ByteBuf> client) {
    this.stages = new ReplyStage[answers.size() + all.size()];
    for (int i = 0; i < stages.length; i++) {
      stages[i] = i < answers.size() ? answers.get(i) : all.get(i - answers.size());
    }
    this.own = answers.size();
    this.client = client;
  }

  /**
   * A piece of a server's answer has come.
   *
   * @return whether it has passed the stages for servers' answers
   */
  public boolean reply(ReplySource from, ByteBuf consumed) {
    return answer(0, from, consumed);
  }

  /**
   * A stage passes on what it has kept of a server's answer.
   *
   * @return whether it has passed the stages for servers' answers
   */
  public boolean release(ReplyStage stage, ReplySource from, ByteBuf kept) {
    for (int i = 0; i < stages.length; i++) {
      if (stages[i] == stage) {
        return answer(i + 1, from, kept);
      }
    }
    throw new IllegalArgumentException("not a stage of this gate");
  }

  private boolean answer(int first, ReplySource from, ByteBuf consumed) {
    for (int i = first; i < own; i++) {
      if (stages[i].takes(from, consumed)) {
        return false;
      }
    }
    toClient(Math.max(first, own), from, consumed);
    return true;
  }

  /** Writes a message of the node's own for the client. */
  public void write(ByteBuf consumed) {
    toClient(own, null, consumed);
  }

  private void toClient(int first, ReplySource from, ByteBuf consumed) {
    for (int i = first; i < stages.length; i++) {
      if (stages[i].takes(from, consumed)) {
        return;
      }
    }
    client.accept(consumed);
  }
}
