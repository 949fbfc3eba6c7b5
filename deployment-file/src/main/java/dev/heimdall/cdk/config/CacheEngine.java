package dev.heimdall.cdk.config;

import dev.heimdall.model.Spelled;

/** Servers that ElastiCache runs. */
public enum CacheEngine implements Spelled {
  VALKEY,
  REDIS
}
