-- Neovim 0.11 and later: put this file into `lsp/` of your configuration, and into your init.lua `vim.lsp.enable('sadpath')`.
-- Neovim 0.10: use it through init-0.10.lua, which lies one directory above.
--
-- Commands in a Python buffer:
--   :LspSadpathChange            what this change brings, worst first, in the quickfix list
--   :LspSadpathShow {what}       all, dimOld or onlyChange
--   :LspSadpathAccept {reason}   accept the risk under the cursor

local is_method = vim.fn.has('nvim-0.11') == 1 -- before, a client's functions did not take the client

local function notify(client, method, params)
  if is_method then
    client:notify(method, params)
  else
    client.notify(method, params)
  end
end

--- Run one of the server's commands; `done` gets its result.
local function execute(client, buffer, command, arguments, done)
  local function answered(err, result)
    if err then
      vim.notify('sadpath: ' .. err.message, vim.log.levels.ERROR)
    elseif done then
      done(result)
    end
  end
  local params = { command = command, arguments = arguments }
  if is_method then
    client:request('workspace/executeCommand', params, answered, buffer)
  else
    client.request('workspace/executeCommand', params, answered, buffer)
  end
end

local function entry(client, finding)
  local diagnostic = finding.diagnostic
  local place = { uri = finding.uri, range = diagnostic.range }
  local item = vim.lsp.util.locations_to_items({ place }, client.offset_encoding)[1]
  local owner = type(finding.owner) == 'string' and (' ' .. finding.owner) or ''
  item.text = ('%s [%s, %s%s]'):format(diagnostic.message, diagnostic.code, finding.status, owner)
  item.type = ({ 'E', 'W', 'I', 'N' })[diagnostic.severity]
  return item
end

local function show_change(client, buffer)
  execute(client, buffer, 'sadpath.changeFindings', {}, function(answer)
    if type(answer.problem) == 'string' then
      vim.notify('sadpath: ' .. answer.problem, vim.log.levels.WARN)
      return
    end
    local items = vim.tbl_map(function(finding)
      return entry(client, finding)
    end, answer.findings)
    vim.fn.setqflist({}, ' ', { title = 'Unhappy paths in this change, against ' .. answer.base, items = items })
    if #items > 0 then
      vim.cmd.copen()
    else
      vim.notify('sadpath: this change brings no unhappy path')
    end
  end)
end

local function show(client, what)
  local settings = vim.tbl_deep_extend('force', client.config.settings or {}, { sadpath = { changes = { show = what } } })
  client.config.settings, client.settings = settings, settings
  notify(client, 'workspace/didChangeConfiguration', { settings = settings })
end

local function accept(client, buffer, reason)
  local row = vim.api.nvim_win_get_cursor(0)[1] - 1
  for _, diagnostic in ipairs(vim.diagnostic.get(buffer, { lnum = row })) do
    local data = vim.tbl_get(diagnostic, 'user_data', 'lsp', 'data')
    if diagnostic.source == 'sadpath' and data then
      execute(client, buffer, 'sadpath.acceptRisk', { vim.uri_from_bufnr(buffer), data.fingerprint, reason })
      return
    end
  end
  vim.notify('sadpath: there is nothing to accept in this line', vim.log.levels.WARN)
end

return {
  cmd = { 'sadpath', 'server' },
  filetypes = { 'python' },
  root_markers = { 'sadpath.toml', 'pyproject.toml', 'setup.py', '.git' },
  settings = {
    sadpath = {
      -- docs/editors.md describes them, for example:
      -- diagnosticMode = 'workspace',
      -- changes = { show = 'dimOld', base = 'origin/develop' },
    },
  },
  on_attach = function(client, buffer)
    local function command(name, run, options)
      vim.api.nvim_buf_create_user_command(buffer, 'LspSadpath' .. name, run, options)
    end
    command('Change', function()
      show_change(client, buffer)
    end, { desc = 'What this change brings, worst first' })
    command('Show', function(call)
      show(client, call.args)
    end, {
      desc = 'Which findings to show',
      nargs = 1,
      complete = function()
        return { 'all', 'dimOld', 'onlyChange' }
      end,
    })
    command('Accept', function(call)
      accept(client, buffer, call.args)
    end, { desc = 'Accept the risk under the cursor', nargs = 1 })
  end,
}
