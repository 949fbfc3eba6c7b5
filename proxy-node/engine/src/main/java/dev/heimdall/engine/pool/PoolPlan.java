package dev.heimdall.engine.pool;

import dev.heimdall.engine.auth.ServerCredential;
import dev.heimdall.engine.prepared.StatementBounds;
import dev.heimdall.model.DataSource;
import dev.heimdall.model.PipeliningSettings;
import dev.heimdall.model.PoolSettings;
import dev.heimdall.model.ServerAddress;
import io.netty.handler.ssl.SslContext;
import java.util.Map;
import java.util.Optional;

/**
 * Target and number of the connections of a virtual database's pools; replaced as a whole when the
 * configuration changes.
 *
 * @param own as whom the source itself says to log in, if it does
 */
public record PoolPlan(
    DataSource source,
    Optional<ServerCredential> own,
    SslContext tls,
    PoolSettings settings,
    PipeliningSettings pipelining,
    StatementBounds prepared,
    Map<String, Integer> userLimits) {
  PoolPlan at(ServerAddress server) {
    return new PoolPlan(source.at(server), own, tls, settings, pipelining, prepared, userLimits);
  }
}
