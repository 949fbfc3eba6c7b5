package dev.heimdall.engine.pool;

import dev.heimdall.engine.backend.ConnectFailure;
import dev.heimdall.engine.backend.ServerConnection;
import dev.heimdall.model.DataSource;
import java.time.Duration;

/** Takes no notice of what becomes of a pool. */
public class NoEvents implements PoolEvents {
  @Override
  public void connected(String vdb, PoolKey key, ServerConnection connection) {}

  @Override
  public void connectFailed(String vdb, DataSource server, ConnectFailure failure) {}

  @Override
  public void closed(String vdb, ServerConnection connection) {}

  @Override
  public void cleaned() {}

  @Override
  public void yielded() {}

  @Override
  public void waitNoticed() {}

  @Override
  public void exhausted(String vdb, PoolKey key, int size, int waiting, Duration waited) {}

  @Override
  public void anomaly(String vdb, PoolKey key, PoolAnomaly anomaly, String what) {}
}
