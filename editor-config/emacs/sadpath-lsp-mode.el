;;; sadpath-lsp-mode.el --- sadpath through lsp-mode -*- lexical-binding: t; -*-

;; Put this into your init file: sadpath then runs beside the server that lsp-mode chooses for Python,
;; which starts as usual, with M-x lsp or (add-hook 'python-mode-hook #'lsp-deferred).

(with-eval-after-load 'lsp-mode
  (lsp-register-client
   (make-lsp-client
    :new-connection (lsp-stdio-connection '("sadpath" "server"))
    :activation-fn (lsp-activate-on "python")
    :server-id 'sadpath
    :add-on? t
    :priority -2
    :multi-root t
    :initialization-options (lambda () '((diagnosticMode . "openFiles") (changes . ((show . "all"))))))))

(provide 'sadpath-lsp-mode)
;;; sadpath-lsp-mode.el ends here
