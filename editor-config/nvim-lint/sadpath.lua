-- nvim-lint, for those who want hints without a language server: put this into your init.lua, after `require('lint')`.
-- It runs what you call `require('lint').try_lint()` for, on the text in the buffer.
local lint = require('lint')
local severities = {
  error = vim.diagnostic.severity.ERROR,
  warning = vim.diagnostic.severity.WARN,
  hint = vim.diagnostic.severity.HINT,
}

lint.linters.sadpath = {
  cmd = 'sadpath',
  stdin = true,
  ignore_exitcode = true,
  args = {
    'check',
    '--force-exclude',
    '--output-format=json',
    '--stdin-filename',
    function()
      return vim.api.nvim_buf_get_name(0)
    end,
    '-',
  },
  parser = function(output, buffer)
    -- columns are code points, from 1; Neovim's are bytes, from 0
    local function column(place)
      local line = vim.api.nvim_buf_get_lines(buffer, place.line - 1, place.line, false)[1] or ''
      local byte = vim.fn.byteidx(line, place.column - 1)
      return byte < 0 and #line or byte
    end
    local report = output ~= '' and vim.json.decode(output) or { diagnostics = {} }
    return vim.tbl_map(function(found)
      return {
        lnum = found.range.start.line - 1,
        col = column(found.range.start),
        end_lnum = found.range['end'].line - 1,
        end_col = column(found.range['end']),
        severity = severities[found.severity],
        code = found.rule,
        source = 'sadpath',
        message = found.message,
      }
    end, report.diagnostics)
  end,
}
lint.linters_by_ft.python = vim.list_extend(lint.linters_by_ft.python or {}, { 'sadpath' })
