package dev.heimdall.engine.memory;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;

/**
 * Room for the large statements that clients are sending and that are read whole. A statement gets
 * room for all of it before it is read; where there is none its client waits, first come, first
 * served, and is not read meanwhile. Clients with a server connection have half of the room for
 * themselves: what they wait for must not be held by those who wait for their connections.
 * Thread-safe.
 */
public final class LargeInput {
  private final long ofLane;
  private final long most;
  private final CacheShare share;
  private final Lane without = new Lane();
  private final Lane with = new Lane();

  /** Half of the room, and who waits for it. */
  private static final class Lane {
    private final Deque<Room> waiting = new ArrayDeque<>();
    private long bytes;
    private long holders;

    /**
     * Has more than fits: the length of its statement was not known when it got the first of it,
     * and others who grow may be waiting for each other.
     */
    private Room beyond;
  }

  LargeInput(MemoryBudget budget, CacheShare share) {
    long limit = budget.limit(BudgetedCache.LARGE_INPUT);
    this.ofLane = limit / 2;
    this.most = limit / 4 * 3;
    this.share = share;
  }

  /** Bytes of the largest statement for which there is room. */
  public long most() {
    return most;
  }

  /**
   * For one client, which needs none yet.
   *
   * @param given runs, in any thread, when it has got what it waits for
   */
  public Room room(Runnable given) {
    return new Room(given);
  }

  /** Room of one client. Its methods belong to the client's event loop. */
  public final class Room {
    private final Runnable given;

    // Guarded by the lock of all.
    private Lane lane = without;
    private long bytes;
    private long wanted;

    private Room(Runnable given) {
      this.given = given;
    }

    /**
     * It needs so many bytes from now on, at most {@link #most}.
     *
     * @param hasServer whether the client has a server connection
     * @return whether it has them; else they will be given
     */
    public boolean need(long needed, boolean hasServer) {
      return LargeInput.this.need(this, needed, hasServer ? with : without);
    }

    /** True if others wait for what it has. */
    public boolean awaited() {
      return LargeInput.this.awaited(this);
    }
  }

  private boolean need(Room room, long needed, Lane lane) {
    List<Room> given = new ArrayList<>(0);
    boolean has;
    synchronized (this) {
      room.lane.waiting.remove(room);
      long had = Math.min(room.bytes, needed);
      give(room, -room.bytes);
      room.lane = lane;
      give(room, had);
      room.wanted = needed;
      has = (had > 0 || lane.waiting.isEmpty()) && take(room);
      if (!has && had > 0) {
        lane.waiting.addFirst(room); // no handler behind it gets what it has before
      } else if (!has) {
        lane.waiting.add(room);
      }
      serve(without, given);
      serve(with, given);
      has = has || given.remove(room);
      share.report(without.bytes + with.bytes, without.holders + with.holders, 0);
    }
    given.forEach(each -> each.given.run());
    return has;
  }

  private synchronized boolean awaited(Room room) {
    return room.bytes > 0 && !room.lane.waiting.isEmpty();
  }

  /** Those who have waited longest get what is free. */
  private void serve(Lane lane, List<Room> given) {
    while (!lane.waiting.isEmpty() && take(lane.waiting.peek())) {
      given.add(lane.waiting.poll());
    }
  }

  private boolean take(Room room) {
    Lane lane = room.lane;
    long more = room.wanted - room.bytes;
    boolean alone = lane.bytes == room.bytes;
    if (lane.bytes + more > ofLane && !alone && more > 0) {
      boolean grows = room.bytes > 0 && (lane.beyond == null || lane.beyond == room);
      if (!grows) {
        return false;
      }
      lane.beyond = room;
    }
    give(room, more);
    return true;
  }

  private static void give(Room room, long more) {
    Lane lane = room.lane;
    lane.holders += (room.bytes + more > 0 ? 1 : 0) - (room.bytes > 0 ? 1 : 0);
    room.bytes += more;
    lane.bytes += more;
    if (room.bytes == 0 && lane.beyond == room) {
      lane.beyond = null;
    }
  }
}
