package dev.heimdall.test.mysql;

import dev.heimdall.test.fixture.MysqlRelease;
import java.util.List;

class MariadbHiddenBodiesIT extends HiddenBodiesContract {
  MariadbHiddenBodiesIT() {
    super(MysqlRelease.MARIADB, List.of("gb18030"));
  }
}
