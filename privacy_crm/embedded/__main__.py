"""The keeper's door: `python privacy_crm/embedded LOCK_FD VAR_DIR PGINSTALL VALKEY_SERVER`, run by `starting` only."""

import importlib
import sys
from pathlib import Path

# The package is imported on its own: as a part of privacy_crm it would bring in Celery and the settings. Its parent
# folder comes last, so that none of the modules beside it can stand in for one of the standard library.
sys.path[0:1] = []
sys.path.append(str(Path(__file__).resolve().parents[1]))
importlib.import_module("embedded.keeper").main(*sys.argv[1:])
