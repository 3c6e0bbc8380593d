;;; sadpath-eglot.el --- sadpath through eglot -*- lexical-binding: t; -*-

;; Put this into your init file, and start it in a Python buffer with M-x eglot.
;; eglot has one server per buffer: to keep another one, list both behind `rass', as the last form shows.

(with-eval-after-load 'eglot
  (add-to-list 'eglot-server-programs
               '((python-mode python-ts-mode)
                 . ("sadpath" "server"
                    :initializationOptions (:diagnosticMode "openFiles" :changes (:show "all"))))))

;; (add-to-list 'eglot-server-programs
;;              '((python-mode python-ts-mode)
;;                . ("rass" "--" "basedpyright-langserver" "--stdio" "--" "sadpath" "server")))

(defun sadpath-change ()
  "Show what this change brings, worst first, where \\[next-error] leads through it."
  (interactive)
  (let ((answer (eglot-execute (eglot-current-server) '(:command "sadpath.changeFindings" :arguments []))))
    (if-let* ((problem (plist-get answer :problem)))
        (message "sadpath: %s" problem)
      (with-current-buffer (get-buffer-create "*sadpath*")
        (let ((inhibit-read-only t))
          (erase-buffer)
          (insert (format "Unhappy paths in this change, against %s\n\n" (plist-get answer :base)))
          (seq-doseq (finding (plist-get answer :findings))
            (let* ((diagnostic (plist-get finding :diagnostic))
                   (start (plist-get (plist-get diagnostic :range) :start)))
              (insert (format "%s:%d: %s [%s]\n"
                              (eglot-uri-to-path (plist-get finding :uri)) (1+ (plist-get start :line))
                              (plist-get diagnostic :message) (plist-get diagnostic :code)))))
          (compilation-mode)
          (goto-char (point-min)))
        (display-buffer (current-buffer))))))

(provide 'sadpath-eglot)
;;; sadpath-eglot.el ends here
