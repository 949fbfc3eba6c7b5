package dev.heimdall.engine.memory;

/**
 * Use of the budget by a cache, on all event loops together.
 *
 * @param bytes what its entries weigh: estimated, and rather too much than too little
 * @param limit bytes that they may weigh
 * @param entries how many there are
 * @param evictions how many had to go since the node started, for want of room
 */
public record CacheUse(BudgetedCache cache, long bytes, long limit, long entries, long evictions) {}
