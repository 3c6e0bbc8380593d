-- Neovim 0.10: put lsp/sadpath.lua into `lsp/` of your configuration directory,
-- and this into your init.lua.
vim.api.nvim_create_autocmd('FileType', {
  pattern = 'python',
  callback = function(event)
    local config = dofile(vim.api.nvim_get_runtime_file('lsp/sadpath.lua', false)[1])
    config.name = 'sadpath'
    config.root_dir = vim.fs.root(event.buf, config.root_markers) or vim.fs.dirname(event.file)
    vim.lsp.start(config, { bufnr = event.buf })
  end,
})
