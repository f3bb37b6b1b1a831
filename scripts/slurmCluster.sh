#!/usr/bin/env bash
# A SLURM cluster of one node, this machine, for tests: slurmCluster.sh start FOLDER [LINE …], slurmCluster.sh stop FOLDER.
# Needs root and Debian's slurmctld, slurmd, slurm-client and munge; no systemd. FOLDER has everything: configuration (with the
# LINEs at its end), keys, state and logs. SLURM's commands find it by SLURM_CONF=FOLDER/slurm.conf. With the LINE
# AccountingStorageType=accounting_storage/slurmdbd it keeps accounts, for which it needs slurmdbd, mariadb-server-core and
# mariadb-client-core (my_print_defaults), too.
set -euo pipefail
[ $# -ge 2 ] || { echo 'usage: slurmCluster.sh start|stop FOLDER [LINE …]' >&2; exit 2; }
action=$1
mkdir -p "$2"
folder=$(cd "$2" && pwd)
shift 2
export SLURM_CONF=$folder/slurm.conf

stop() {
  for daemon in slurmd slurmctld slurmdbd mariadbd munged; do
    if [ -s "$folder/$daemon.pid" ]; then
      pid=$(cat "$folder/$daemon.pid")
      kill "$pid" 2>/dev/null || continue
      for _ in $(seq 100); do kill -0 "$pid" 2>/dev/null || break; sleep 0.1; done
    fi
  done
}

# The database and the daemon that keeps accounts in it.
account() {
  mariadb-install-db --user=root --datadir="$folder/accounts" --skip-test-db >"$folder/mariadb.log" 2>&1 ||
    { cat "$folder/mariadb.log" >&2; stop; exit 1; }
  mariadbd --no-defaults --user=root --datadir="$folder/accounts" --skip-grant-tables --bind-address=127.0.0.1 \
    --port=$((port + 2)) --socket="$folder/accounts/socket" --pid-file="$folder/mariadbd.pid" >>"$folder/mariadb.log" 2>&1 &
  for _ in $(seq 100); do [ -S "$folder/accounts/socket" ] && break; sleep 0.2; done
  cat >"$folder/slurmdbd.conf" <<EOF
AuthType=auth/munge
AuthInfo=socket=$folder/munge/socket
DbdHost=localhost
DbdAddr=127.0.0.1
DbdPort=$((port + 3))
SlurmUser=root
PidFile=$folder/slurmdbd.pid
LogFile=$folder/slurmdbd.log
StorageType=accounting_storage/mysql
StorageHost=127.0.0.1
StoragePort=$((port + 2))
StorageUser=root
StorageLoc=accounts
EOF
  chmod 600 "$folder/slurmdbd.conf"
  # The password is the place of munge's socket.
  printf 'AccountingStorage%s\n' Host=127.0.0.1 Port=$((port + 3)) Pass="$folder/munge/socket" >>"$SLURM_CONF"
  slurmdbd
  for _ in $(seq 100); do sacctmgr --immediate add cluster one >>"$folder/slurmdbd.log" 2>&1 && return; sleep 0.2; done
  echo "the accounts did not open; see $folder/*.log" >&2
  stop
  exit 1
}

start() {
  # Its folder and all above it have to belong to root, and to nobody else.
  chmod 755 "$folder"
  mkdir -p "$folder/state" "$folder/spool" "$folder/munge"
  port=$((20000 + RANDOM % 10000))
  head -c 1024 /dev/urandom >"$folder/munge/key"
  chmod 600 "$folder/munge/key"
  cat >"$SLURM_CONF" <<EOF
ClusterName=one
SlurmctldHost=$(hostname -s)(127.0.0.1)
SlurmUser=root
SlurmctldPort=$port
SlurmdPort=$((port + 1))
AuthType=auth/munge
CredType=cred/munge
AuthInfo=socket=$folder/munge/socket
StateSaveLocation=$folder/state
SlurmdSpoolDir=$folder/spool
SlurmctldPidFile=$folder/slurmctld.pid
SlurmdPidFile=$folder/slurmd.pid
SlurmctldLogFile=$folder/slurmctld.log
SlurmdLogFile=$folder/slurmd.log
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
SelectType=select/cons_tres
SelectTypeParameters=CR_CPU
JobAcctGatherType=jobacct_gather/none
ReturnToService=2
SlurmdParameters=config_overrides
SchedulerParameters=sched_interval=2,batch_sched_delay=1
SlurmdTimeout=10
KillWait=10
MailProg=/bin/true
NodeName=$(hostname -s) NodeAddr=127.0.0.1 CPUs=2 State=UNKNOWN
PartitionName=main Nodes=ALL Default=YES MaxTime=INFINITE State=UP
$(printf '%s\n' "$@")
EOF
  munged --force --key-file="$folder/munge/key" --socket="$folder/munge/socket" \
    --pid-file="$folder/munged.pid" --log-file="$folder/munged.log" --seed-file="$folder/munge/seed"
  if printf '%s\n' "$@" | grep -q accounting_storage/slurmdbd; then
    account
  fi
  slurmctld
  slurmd
  for _ in $(seq 60); do
    [ "$(sinfo --noheader --format=%T 2>/dev/null | head -1)" = idle ] && return
    sleep 0.5
  done
  echo "the node did not come up; see $folder/*.log" >&2
  stop
  exit 1
}

"$action" "$@"
