package dev.heimdall.engine.share;

/**
 * Behaviour of a store when its memory is full.
 *
 * @param limit bytes that its keys may have; 0: no limit of its own
 * @param policy as {@code maxmemory-policy} has it
 */
public record StoreMemory(long limit, String policy) {
  /** True if keys make room for others. */
  public boolean evicts() {
    return !policy.equals("noeviction");
  }
}
