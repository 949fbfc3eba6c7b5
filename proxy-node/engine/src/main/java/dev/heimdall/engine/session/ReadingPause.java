package dev.heimdall.engine.session;

import dev.heimdall.engine.pool.PoolAnomaly;
import io.netty.channel.ChannelConfig;

/** Tracks whether a client's channel is read, and since when it is not although it could be. */
final class ReadingPause {
  private final ChannelConfig channel;
  private boolean paused;
  private boolean couldBeRead;
  private long since;

  ReadingPause(ChannelConfig channel) {
    this.channel = channel;
  }

  boolean paused() {
    return paused;
  }

  void pause() {
    if (!paused) {
      paused = true;
      channel.setAutoRead(false);
    }
  }

  void resume() {
    paused = false;
    channel.setAutoRead(true);
  }

  /**
   * True if reading should have been resumed for longer than a change of states takes, so that
   * nothing will come to resume it.
   *
   * @param mayResume whether nothing is in the way of it now
   */
  boolean overlooked(boolean mayResume, long now) {
    if (!paused || !mayResume) {
      couldBeRead = false;
      return false;
    }
    if (!couldBeRead) {
      couldBeRead = true;
      since = now;
    }
    return now - since > PoolAnomaly.READING.tolerated();
  }
}
