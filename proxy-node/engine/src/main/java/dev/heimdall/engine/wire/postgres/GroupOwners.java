package dev.heimdall.engine.wire.postgres;

import java.util.Arrays;

/**
 * Whose the groups of replies are that were begun and not yet answered by ReadyForQuery, in order.
 */
final class GroupOwners<O> {
  private Object[] owners = new Object[4];
  private int head;
  private int size;
  private long begun;

  int size() {
    return size;
  }

  /** How many groups were ever begun. */
  long begun() {
    return begun;
  }

  /** Another group has begun. */
  void add(O owner) {
    if (size == owners.length) {
      grow();
    }
    owners[slot(size)] = owner;
    size++;
    begun++;
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

  /** Null when there is no group. */
  @SuppressWarnings("unchecked")
  O first() {
    return size == 0 ? null : (O) owners[head];
  }

  boolean isFirst(O owner) {
    return size > 0 && owners[head] == owner;
  }

  /** Whether the second group, which must be there, has the same owner as the first. */
  boolean secondIsFirsts() {
    return owners[slot(1)] == owners[head];
  }

  /** Whether the first group's owner has no later one. */
  boolean firstHasNoOther() {
    for (int i = 1; i < size; i++) {
      if (owners[slot(i)] == owners[head]) {
        return false;
      }
    }
    return size > 0;
  }

  /** Returns how many groups went from one owner to the other. */
  int replace(O owner, O by) {
    int replaced = 0;
    for (int i = 0; i < size; i++) {
      int slot = slot(i);
      if (owners[slot] == owner) {
        owners[slot] = by;
        replaced++;
      }
    }
    return replaced;
  }

  Object[] behindFirst() {
    Object[] behind = new Object[Math.max(0, size - 1)];
    for (int i = 0; i < behind.length; i++) {
      behind[i] = owners[slot(1 + i)];
    }
    return behind;
  }

  /** The first group was answered. */
  void dropFirst() {
    owners[head] = null;
    head = slot(1);
    size--;
  }

  /** The second group became part of the first. */
  void dropSecond() {
    for (int i = 1; i < size - 1; i++) {
      owners[slot(i)] = owners[slot(i + 1)];
    }
    owners[slot(size - 1)] = null;
    size--;
  }

  /** Those of all groups, which are then gone. */
  Object[] takeAll() {
    Object[] left = new Object[size];
    for (int i = 0; i < size; i++) {
      left[i] = owners[slot(i)];
    }
    Arrays.fill(owners, null);
    size = 0;
    return left;
  }
}
