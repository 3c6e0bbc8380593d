-- What a reviewer does in Neovim, with the files of editor-config/neovim as they are.
--
--   nvim --headless -n -i NONE -u journey.lua orders/warehouse.py
--
-- in a copy of the sample repository, with `sadpath` on PATH and $EDITOR_CONFIG the directory of those files. Prints each step;
-- ends with 1 at the first that does not hold.

local config = assert(vim.env.EDITOR_CONFIG, 'EDITOR_CONFIG is not set')
local PATIENCE = 60000 -- milliseconds
local ended ---@type { code: integer, signal: integer }?

vim.opt.runtimepath:prepend(config .. '/neovim')
vim.g.loaded_python3_provider = 0 -- looking for one takes seconds

local start = vim.lsp.start
vim.lsp.start = function(settings, options) ---@diagnostic disable-line: duplicate-set-field
  settings.on_exit = function(code, signal)
    ended = { code = code, signal = signal }
  end
  return start(settings, options)
end

if vim.fn.has('nvim-0.11') == 1 then
  vim.lsp.enable('sadpath')
else
  vim.cmd.luafile(config .. '/neovim/init-0.10.lua')
end

local function step(text)
  io.stdout:write(('\n  %s'):format(text)) -- Neovim's own messages end no lines
end

local function await(what, condition)
  assert(vim.wait(PATIENCE, condition, 20), 'it does not come true: ' .. what)
end

local function text()
  return table.concat(vim.api.nvim_buf_get_lines(0, 0, -1, false), '\n')
end

local function found(rule)
  for _, diagnostic in ipairs(vim.diagnostic.get(0)) do
    if diagnostic.code == rule then
      return diagnostic
    end
  end
end

local function go_to(diagnostic)
  vim.api.nvim_win_set_cursor(0, { diagnostic.lnum + 1, diagnostic.col })
end

local function apply(title)
  vim.lsp.buf.code_action({
    apply = true,
    filter = function(action)
      return action.title == title
    end,
  })
end

local function journey()
  local client
  await('a client for the buffer', function()
    client = vim.lsp.get_clients({ bufnr = 0, name = 'sadpath' })[1]
    return client and client.initialized
  end)
  step('the server is there, columns in ' .. client.offset_encoding)

  await('diagnostics', function()
    return found('missing-timeout') and found('bare-except')
  end)
  local finding = found('missing-timeout')
  go_to(finding)
  local float = vim.diagnostic.open_float({ scope = 'cursor' })
  assert(float and table.concat(vim.api.nvim_buf_get_lines(float, 0, -1, false), '\n'):find('never returns'))
  step('diagnostics, and a float that shows one')

  apply('Bound `self._session.post` with `timeout=10`')
  await('the fix', function()
    return text():find('"quantity": quantity}, timeout=10)', 1, true) and not found('missing-timeout')
  end)
  step('a code action mends it')

  go_to(found('bare-except'))
  apply('Accept this risk (bare-except) ...')
  await('the comment', function()
    return text():find('except:  # sadpath: accept[bare-except] TODO: reason', 1, true)
  end)
  vim.cmd('silent %s/TODO: reason/the shop hides what is sold out/')
  await('no such finding any more', function()
    return not found('bare-except')
  end)
  step('a code action accepts it, once there is a reason')

  vim.cmd('silent write')
  vim.cmd.LspSadpathChange()
  await('what this change brings', function()
    return #vim.fn.getqflist() > 0
  end)
  local first = vim.fn.getqflist()[1]
  assert(first.text:find('[unawaited-coroutine, new', 1, true) and first.type == 'E', vim.inspect(first))
  assert(vim.fn.bufname(first.bufnr):find('orders/worker.py', 1, true) and first.lnum == 52, vim.inspect(first))
  vim.cmd.cclose()
  step('the quickfix list has what this change brings, worst first')

  go_to(found('retry-without-backoff'))
  vim.cmd.LspSadpathAccept('the warehouse asks for it')
  await('the comment with the reason', function()
    return text():find('# sadpath: accept[retry-without-backoff] the warehouse asks for it', 1, true)
  end)
  vim.cmd('silent undo | silent write')
  step('a command accepts, with a reason')

  vim.cmd.LspSadpathShow('onlyChange')
  vim.cmd.edit('orders/payments.py')
  await('no old finding', function()
    return vim.lsp.get_clients({ bufnr = 0, name = 'sadpath' })[1] and #vim.diagnostic.get(0) == 0
  end)
  vim.cmd.LspSadpathShow('all')
  await('the old finding', function()
    return found('unbounded-retry')
  end)
  vim.cmd.edit('orders/warehouse.py')
  step('a command chooses what is shown')

  local stop = vim.fn.has('nvim-0.11') == 1 and function()
    client:stop()
  end or client.stop
  stop()
  await('the end of the server', function()
    return ended
  end)
  assert(ended.code == 0 and ended.signal == 0, 'the server ended with ' .. vim.inspect(ended))
  assert(#vim.api.nvim_get_proc_children(vim.fn.getpid()) == 0, 'a process is left over')
  step('the server ends with 0 when it is asked to')
end

local function lint()
  package.loaded.lint = { linters = {}, linters_by_ft = {} } -- nvim-lint's tables, which the file fills
  dofile(config .. '/nvim-lint/sadpath.lua')
  local linter = package.loaded.lint.linters.sadpath
  assert(package.loaded.lint.linters_by_ft.python[1] == 'sadpath')
  local command = { linter.cmd }
  for _, argument in ipairs(linter.args) do
    table.insert(command, type(argument) == 'function' and argument() or argument)
  end
  local result = vim.system(command, { stdin = text(), text = true }):wait()
  assert(result.code == 1, result.stderr)
  local diagnostics = linter.parser(result.stdout, 0)
  assert(#diagnostics == 1 and diagnostics[1].code == 'retry-without-backoff', vim.inspect(diagnostics))
  assert(diagnostics[1].lnum == 41 and diagnostics[1].col == 8, vim.inspect(diagnostics))
  step('nvim-lint gets the same from the command line')
end

vim.api.nvim_create_autocmd('VimEnter', {
  once = true,
  callback = vim.schedule_wrap(function()
    step('Neovim ' .. tostring(vim.version()))
    local ok, problem = xpcall(function()
      journey()
      lint()
    end, debug.traceback)
    if not ok then
      io.stderr:write(problem, '\n')
    end
    io.stdout:write('\n')
    vim.cmd(ok and 'qall!' or 'cquit 1')
  end),
})
