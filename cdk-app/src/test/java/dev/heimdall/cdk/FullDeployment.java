package dev.heimdall.cdk;

import java.nio.file.Path;

/** Two regions with nearly everything that a file may ask for, and the longest name of a fleet. */
final class FullDeployment {
  static final String FLEET = "abcdefghij-klmnopqrs";

  static final String FILE =
      """
      {"fleetName": "%s", "join": "peering", "editedIn": "%s",
       "routing": {"enabled": true, "zone": "db.example.com"},
       "regions": [
        {"region": "%s",
         "network": {"natGateways": 0, "endpoints": true, "zones": 2, "peered": [
           {"vpc": "vpc-0a1b2c3d", "addresses": "10.8.0.0/16", "routeTables": ["rtb-0a1b2c3d"]}]},
         "fleet": {"ports": [5432, 3306], "clients": ["10.8.0.0/16"]},
         "documents": {"fileSystem": true, "credentials": ["orders/app-*"], "secrets": ["orders/x"]},
         "databases": [{"cluster": "orders", "securityGroup": "sg-0a1b2c3d", "iamUsers": ["app"]}],
         "instances": {"sessionManager": true, "keepFailed": true},
         "observability": {"vdbs": ["orders"]},
         "manager": {"enabled": true, "clients": ["10.0.8.0/24"], "alertTopics": ["oncall"]}},
        {"region": "%s",
         "network": {"zones": 2},
         "fleet": {"ports": [5432, 3306], "clients": ["10.9.0.0/16"]},
         "databases": [{"instance": "stock", "securityGroup": "sg-0b1c2d3e"}],
         "cache": {"shards": 2}}]}
      """;

  private FullDeployment() {}

  static Assembly in(String first, String second, Path work) throws Exception {
    return Assembly.of(FILE.formatted(FLEET, first, first, second), work);
  }
}
