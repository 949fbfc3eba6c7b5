package dev.heimdall.engine.wire;

import java.util.Arrays;

/**
 * The groups of replies that one server connection has still to send, in order, each with its
 * owner. A group is what the server answers together: it is open until the message that ends it was
 * sent, and stays until its last reply has come. What protocols make of their messages decides when
 * a group begins, ends and is answered.
 */
public final class ReplyGroups<O> {
  private Object[] owners = new Object[4];
  private int head;
  private int size;
  private long begun;
  private boolean open;

  /** Number of groups, the open one included. */
  public int size() {
    return size;
  }

  public boolean isEmpty() {
    return size == 0;
  }

  /** True if messages were sent whose group has not been ended yet. */
  public boolean open() {
    return open;
  }

  /** The number of the group that a message sent now belongs to. */
  public long now() {
    return open ? begun : begun + 1;
  }

  /** True if an earlier group than that of a message sent now is still to be answered. */
  public boolean unanswered(long group) {
    return group < now() && group > begun - size;
  }

  /** Another group begins, and is open. */
  public void begin(O owner) {
    if (size == owners.length) {
      grow();
    }
    owners[slot(size)] = owner;
    size++;
    begun++;
    open = true;
  }

  /** True if the open group, which must be there, is this owner's. */
  public boolean openIsOf(O owner) {
    return owners[slot(size - 1)] == owner;
  }

  /** The open group, if there is one, has its end. */
  public void end() {
    open = false;
  }

  /** The last group goes on: the server will not take what was to end it for its end. */
  public void reopen() {
    open = true;
  }

  private int slot(int place) {
    return (head + place) & (owners.length - 1);
  }

  private void grow() {
    Object[] larger = new Object[owners.length * 2];
    for (int i = 0; i < size; i++) {
      larger[i] = owners[slot(i)];
    }
    owners = larger;
    head = 0;
  }

  /** The owner of the replies that come next; null when there is no group. */
  @SuppressWarnings("unchecked")
  public O first() {
    return size == 0 ? null : (O) owners[head];
  }

  /** True if the replies that come next are this owner's. */
  public boolean isFirst(O owner) {
    return size > 0 && owners[head] == owner;
  }

  /** True if the second group, which must be there, has the same owner as the first. */
  public boolean secondIsFirsts() {
    return owners[slot(1)] == owners[head];
  }

  /** True if the first group's owner has no later one. */
  public boolean firstHasNoOther() {
    for (int i = 1; i < size; i++) {
      if (owners[slot(i)] == owners[head]) {
        return false;
      }
    }
    return size > 0;
  }

  /** Gives the groups of one owner to another, who takes their replies in its place. */
  public void replace(O owner, O by) {
    for (int i = 0; i < size; i++) {
      int slot = slot(i);
      if (owners[slot] == owner) {
        owners[slot] = by;
      }
    }
  }

  /** The owners of all groups but the first, in order. */
  public Object[] behindFirst() {
    Object[] behind = new Object[Math.max(0, size - 1)];
    for (int i = 0; i < behind.length; i++) {
      behind[i] = owners[slot(1 + i)];
    }
    return behind;
  }

  /** The first group was answered. */
  public void dropFirst() {
    owners[head] = null;
    head = slot(1);
    size--;
  }

  /** The second group became part of the first. */
  public void dropSecond() {
    for (int i = 1; i < size - 1; i++) {
      owners[slot(i)] = owners[slot(i + 1)];
    }
    owners[slot(size - 1)] = null;
    size--;
  }

  /** The owners of all groups, in order, which are then gone. */
  public Object[] takeAll() {
    Object[] left = new Object[size];
    for (int i = 0; i < size; i++) {
      left[i] = owners[slot(i)];
    }
    Arrays.fill(owners, null);
    size = 0;
    open = false;
    return left;
  }
}
