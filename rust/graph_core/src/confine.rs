//! Confines a process that reads untrusted code: permanently removes its access to files other than the given ones, to
//! the network and to other programs. Uses Landlock and seccomp, as far as the kernel supports them.

use crate::error::{Error, Result};

/// Confines the calling thread and everything that it starts from now on. Returns the names of the mechanisms in force.
#[cfg(target_os = "linux")]
pub fn confine(readable: &[String], writable: &[String]) -> Result<Vec<String>> {
    let mut in_force = linux::files(readable, writable).map_err(|e| Error::Internal(e.to_string()))?;
    in_force.extend(linux::calls());
    Ok(in_force)
}

#[cfg(not(target_os = "linux"))]
pub fn confine(_: &[String], _: &[String]) -> Result<Vec<String>> {
    Ok(Vec::new())
}

#[cfg(target_os = "linux")]
mod linux {
    use std::collections::BTreeMap;

    use landlock::{
        ABI, Access, AccessFs, AccessNet, CompatLevel, Compatible, RestrictionStatus, Ruleset, RulesetAttr,
        RulesetCreatedAttr, RulesetError, RulesetStatus, Scope, path_beneath_rules,
    };
    use seccompiler::{BpfProgram, SeccompAction, SeccompFilter, apply_filter};

    const NEWEST: ABI = ABI::V6;

    /// Denies the file system except for the given paths, TCP, and signals and abstract sockets to other processes.
    pub fn files(readable: &[String], writable: &[String]) -> Result<Vec<String>, RulesetError> {
        let status: RestrictionStatus = Ruleset::default()
            .set_compatibility(CompatLevel::BestEffort)
            .handle_access(AccessFs::from_all(NEWEST))?
            .handle_access(AccessNet::from_all(NEWEST))?
            .scope(Scope::from_all(NEWEST))?
            .create()?
            .add_rules(path_beneath_rules(readable, AccessFs::from_read(NEWEST)))?
            .add_rules(path_beneath_rules(writable, AccessFs::from_all(NEWEST)))?
            .restrict_self()?;
        let mut in_force = Vec::new();
        if status.no_new_privs {
            in_force.push("no new privileges".to_owned());
        }
        match status.ruleset {
            RulesetStatus::FullyEnforced => in_force.push("landlock".to_owned()),
            RulesetStatus::PartiallyEnforced => in_force.push("landlock in part".to_owned()),
            RulesetStatus::NotEnforced => {}
        }
        Ok(in_force)
    }

    /// System calls that reading files and answering queries never needs: sockets, other programs, mounts, tracing, kernel
    /// internals.
    const REFUSED: &[libc::c_long] = &[
        libc::SYS_socket,
        libc::SYS_connect,
        libc::SYS_bind,
        libc::SYS_listen,
        libc::SYS_accept,
        libc::SYS_accept4,
        libc::SYS_execve,
        libc::SYS_execveat,
        libc::SYS_ptrace,
        libc::SYS_process_vm_readv,
        libc::SYS_process_vm_writev,
        libc::SYS_mount,
        libc::SYS_umount2,
        libc::SYS_pivot_root,
        libc::SYS_chroot,
        libc::SYS_unshare,
        libc::SYS_setns,
        libc::SYS_bpf,
        libc::SYS_perf_event_open,
        libc::SYS_keyctl,
        libc::SYS_add_key,
        libc::SYS_request_key,
        libc::SYS_kexec_load,
        libc::SYS_init_module,
        libc::SYS_finit_module,
        libc::SYS_delete_module,
        libc::SYS_userfaultfd,
        libc::SYS_io_uring_setup,
        libc::SYS_open_by_handle_at,
        libc::SYS_setuid,
        libc::SYS_setgid,
        libc::SYS_setresuid,
        libc::SYS_setresgid,
    ];

    /// Makes these system calls fail with EPERM. Returns None if the kernel or the machine has no seccomp.
    pub fn calls() -> Option<String> {
        let rules: BTreeMap<i64, Vec<_>> = REFUSED.iter().map(|call| (*call, Vec::new())).collect();
        let refused = SeccompAction::Errno(libc::EPERM as u32);
        let arch = std::env::consts::ARCH.try_into().ok()?;
        let filter = SeccompFilter::new(rules, SeccompAction::Allow, refused, arch).ok()?;
        let program: BpfProgram = filter.try_into().ok()?;
        apply_filter(&program).ok().map(|()| "seccomp".to_owned())
    }
}
