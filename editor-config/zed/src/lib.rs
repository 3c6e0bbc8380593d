//! Starts `sadpath server`: the program on PATH of the project, or the one that `lsp.sadpath.binary` names.

use zed_extension_api::settings::LspSettings;
use zed_extension_api::{self as zed, serde_json, Command, LanguageServerId, Result, Worktree};

struct Sadpath;

impl zed::Extension for Sadpath {
    fn new() -> Self {
        Sadpath
    }

    fn language_server_command(&mut self, id: &LanguageServerId, worktree: &Worktree) -> Result<Command> {
        let set = LspSettings::for_worktree(id.as_ref(), worktree)?.binary;
        let command = set
            .and_then(|binary| binary.path)
            .or_else(|| worktree.which("sadpath"))
            .ok_or("sadpath is not on PATH: install it with `uv tool install sadpath`")?;
        Ok(Command { command, args: vec!["server".into()], env: worktree.shell_env() })
    }

    fn language_server_initialization_options(
        &mut self,
        id: &LanguageServerId,
        worktree: &Worktree,
    ) -> Result<Option<serde_json::Value>> {
        Ok(LspSettings::for_worktree(id.as_ref(), worktree)?.initialization_options)
    }
}

zed::register_extension!(Sadpath);
