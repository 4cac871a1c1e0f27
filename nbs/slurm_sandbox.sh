#!/usr/bin/env bash
# A Slurm of one node on this machine's loopback, for trying sbatch scripts: no systemd, no cgroups, two pretended GPUs.
#
#   apt-get install slurm-wlm munge
#   bash slurm_sandbox.sh start FOLDER     as root; FOLDER is new, short and not below a private folder
#   export SLURM_CONF=FOLDER/slurm.conf    then sbatch, squeue, scontrol as anywhere
#   bash slurm_sandbox.sh stop FOLDER      ends its three daemons; the folder with their logs stays
set -euo pipefail
export PATH=$PATH:/usr/sbin:/sbin
case ${1:-}:${2:-} in start:/*|stop:/*) ;; *) echo "usage: $0 start|stop /absolute/folder" >&2; exit 2;; esac
dir=$2

if [ "$1" = stop ]; then
    for daemon in slurmd slurmctld munged; do
        pid=$(cat "$dir/$daemon.pid" 2>/dev/null) || continue
        kill "$pid" 2>/dev/null || continue
        for _ in $(seq 100); do kill -0 "$pid" 2>/dev/null || break; sleep 0.1; done
    done
    exit
fi

[ "$(id -u)" = 0 ] || { echo "$0: needs root (slurmd starts jobs as their users)" >&2; exit 1; }
for program in slurmctld slurmd munged sbatch; do command -v $program >/dev/null || { echo "$0: no $program; apt-get install slurm-wlm munge" >&2; exit 1; }; done
mkdir "$dir"; mkdir "$dir/state" "$dir/spool"; install -d -o munge -m 755 "$dir/munge"

# munge: who is who. Its own key and socket, as the user munge
head -c 128 /dev/urandom > "$dir/munge/key"; chown munge "$dir/munge/key"; chmod 400 "$dir/munge/key"
setpriv --reuid munge --regid munge --clear-groups munged --key-file="$dir/munge/key" --socket="$dir/munge/socket" \
    --pid-file="$dir/munge/pid" --seed-file="$dir/munge/seed" --log-file="$dir/munge/log"
ln -s munge/pid "$dir/munged.pid"

# a device file is all that Slurm wants of a GPU; these two are /dev/null
for n in 0 1; do mknod "$dir/gpu$n" c 1 3; done
echo "NodeName=sandbox Name=gpu File=$dir/gpu[0-1]" > "$dir/gres.conf"

read -r ctld d < <(python3 -c "import socket; s = [socket.create_server(('127.0.0.1', 0)) for _ in 'ab']; print(*(x.getsockname()[1] for x in s))")
cat > "$dir/slurm.conf" <<CONF
ClusterName=sandbox
SlurmctldHost=$(hostname -s)(127.0.0.1)
SlurmctldPort=$ctld
SlurmdPort=$d
SlurmUser=root
AuthType=auth/munge
# a requeued job waits until its old credential has expired: two minutes, unless told otherwise
AuthInfo=socket=$dir/munge/socket,cred_expire=5
StateSaveLocation=$dir/state
SlurmdSpoolDir=$dir/spool
SlurmctldPidFile=$dir/slurmctld.pid
SlurmdPidFile=$dir/slurmd.pid
SlurmctldLogFile=$dir/slurmctld.log
SlurmdLogFile=$dir/slurmd.log
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
JobAcctGatherType=jobacct_gather/none
AccountingStorageType=accounting_storage/none
MpiDefault=none
SwitchType=switch/none
MailProg=/bin/true
ReturnToService=2
SelectType=select/cons_tres
SelectTypeParameters=CR_Core_Memory
SchedulerParameters=batch_sched_delay=0,sched_interval=2,bf_interval=2
MinJobAge=3600
KillWait=10
GresTypes=gpu
# it believes what it is told, so that a script asking for 64 GB runs on a laptop
SlurmdParameters=config_overrides
NodeName=sandbox NodeAddr=127.0.0.1 NodeHostname=$(hostname -s) CPUs=16 RealMemory=262144 Gres=gpu:2
PartitionName=debug Nodes=sandbox Default=YES MaxTime=INFINITE State=UP
CONF

export SLURM_CONF=$dir/slurm.conf
slurmctld -c; slurmd -N sandbox
for _ in $(seq 100); do [ "$(sinfo -h -o %T 2>/dev/null)" = idle ] && { echo "Slurm $(sinfo -V | cut -d' ' -f2) is up: export SLURM_CONF=$SLURM_CONF"; exit; }; sleep 0.2; done
echo "$0: Slurm did not start; see the logs in $dir" >&2; exit 1
